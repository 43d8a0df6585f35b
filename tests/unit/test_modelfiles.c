/* The files of a model: their fingerprint, and their copies in a checkpoint. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "score/modelfiles.h"
#include "unit.h"

static struct spt_err e;
static char top[] = "/tmp/spate-modelfiles-XXXXXX";

static void
put(const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", top, name);
	f = fopen(path, "w");
	CHECK(f != NULL && fputs(text, f) >= 0);
	if (f != NULL)
		CHECK(fclose(f) == 0);
}

static void
folder(const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", top, name);
	CHECK(mkdir(path, 0700) == 0);
}

static const char *
id_of(const char *name)
{
	static char id[SPT_MODEL_ID];
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", top, name);
	spt_err_clear(&e);
	strcpy(id, "failed");
	if (spt_modelfiles_id(spt_io_system(), path, id, &e) < 0)
		strcpy(id, "failed");
	return id;
}

/* The fingerprint is of the contents in the order of names; hidden files and
 * when they were made do not matter. */
static void
fingerprints(void)
{
	char id[SPT_MODEL_ID];

	folder("m");
	folder("m/b");
	put("m/b/x", "one");
	put("m/a", "two");
	strcpy(id, id_of("m"));
	CHECK(strlen(id) == 16);
	put("m/.a.crc", "whatever");
	CHECK_STR(id_of("m"), id);
	folder("n");
	folder("n/b");
	put("n/a", "two");
	put("n/b/x", "one");
	CHECK_STR(id_of("n"), id);
	put("n/a", "twoo");
	CHECK(strcmp(id_of("n"), id) != 0);
	/* What moves from one file to the next is seen too. */
	put("n/a", "twoo");
	put("n/b/x", "ne");
	CHECK(strcmp(id_of("n"), id) != 0);
	CHECK_STR(id_of("none"), "failed");
	CHECK(e.kind == SPT_ESYSTEM);
	CHECK(strcmp(id_of("m/a"), id) != 0);
}

static void
too_deep(void)
{
	char path[256] = "deep";

	folder(path);
	for (int i = 0; i < 10; i++) {
		strcat(path, "/d");
		folder(path);
	}
	CHECK_STR(id_of("deep"), "failed");
	CHECK(e.kind == SPT_EDATA);
}

/* Keeps top/name; the copy is whole and is found again. */
static void
keeps(const char *model, const char *part)
{
	struct spt_ckpt c = { .io = spt_io_system() };
	char path[4096], ckpt[4096], id[SPT_MODEL_ID];
	char *name, *kept, *again;

	snprintf(ckpt, sizeof ckpt, "%s/ck", top);
	snprintf(path, sizeof path, "%s/%s", top, model);
	c.path = ckpt;
	spt_err_clear(&e);
	CHECK(spt_modelfiles_keep(&c, path, &name, &kept, &e) == 0);
	CHECK(spt_modelfiles_id(c.io, kept, id, &e) == 0);
	CHECK_STR(id, id_of(model));
	CHECK(spt_modelfiles_find(&c, name, &again, &e) == 0);
	CHECK_STR(again, kept);
	spt_free(c.io, again);
	spt_free(c.io, kept);
	spt_free(c.io, name);
	/* Once more: it is there. */
	CHECK(spt_modelfiles_keep(&c, path, &name, &kept, &e) == 0);
	snprintf(path, sizeof path, "%s%s", kept, part);
	CHECK(unlink(path) == 0);
	CHECK(spt_modelfiles_find(&c, name, &again, &e) < 0);
	CHECK(e.kind == SPT_ECHECKPOINT);
	spt_err_clear(&e);
	CHECK(spt_modelfiles_find(&c, "../../etc", &again, &e) < 0);
	CHECK(e.kind == SPT_ECHECKPOINT);
	spt_free(c.io, kept);
	spt_free(c.io, name);
}

int
main(void)
{
	char command[128];

	CHECK(mkdtemp(top) != NULL);
	folder("ck");
	folder("ck/files");
	fingerprints();
	too_deep();
	keeps("m", "/b/x");
	keeps("m/a", "");
	snprintf(command, sizeof command, "rm -rf '%s'", top);
	CHECK(system(command) == 0);
	return DONE;
}
