#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "egress/target.h"
#include "encode/encoder.h"

#define SQLITE "sqlite:"
#define TABLE "?table="

static const struct {
	const char *ending, *format;
} endings[] = {
	{ ".csv", "csv" },
	{ ".tsv", "tsv" },
	{ ".ndjson", "ndjson" },
	{ ".jsonl", "ndjson" },
	{ ".json", "ndjson" },
	{ ".arrow", SPT_FORMAT_ARROW },
	{ ".arrows", SPT_FORMAT_ARROW },
};

/* The file would not be what its name says. */
static const char *const packed[] = { ".zst", ".xz", ".bz2", NULL };

/* Does path, of n bytes, end so? */
static bool
ends(const char *path, size_t n, const char *ending)
{
	size_t m = strlen(ending);

	return n >= m && strncasecmp(path + n - m, ending, m) == 0;
}

/* The format that a name tells, or NULL. */
static int
by_name(struct spt_target *t, const char **format, struct spt_err *e)
{
	size_t n = strlen(t->name);

	*format = NULL;
	while (n > 1 && t->name[n - 1] == '/')
		n--;
	for (size_t i = 0; packed[i] != NULL; i++)
		if (ends(t->name, n, packed[i]))
			return spt_fail(e, SPT_EUSAGE,
			    "%s: output is compressed by gzip or not at all: "
			    "write to standard output and compress that",
			    t->name);
	if (ends(t->name, n, ".gz")) {
		t->gzip = true;
		n -= 3;
	}
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(t->name, n, endings[i].ending))
			*format = endings[i].format;
	return 0;
}

static int
set_sqlite(struct spt_target *t, struct spt_err *e)
{
	const char *file = t->name + strlen(SQLITE), *q = NULL;

	for (const char *p = file; (p = strstr(p, TABLE)) != NULL; p++)
		q = p;
	if (q == NULL || q == file || q[strlen(TABLE)] == '\0')
		return spt_fail(e, SPT_EUSAGE,
		    "%s: a table is named so: " SQLITE "FILE" TABLE "NAME",
		    t->name);
	t->kind = SPT_TARGET_SQLITE;
	t->gzip = false;
	t->file = spt_strndup(t->io, file, (size_t)(q - file), e);
	t->table = spt_strdup(t->io, q + strlen(TABLE), e);
	if (t->file == NULL || t->table == NULL)
		return -1;
	if (strncasecmp(t->table, "spate_", 6) == 0 ||
	    strncasecmp(t->table, "sqlite_", 7) == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: names of tables that begin with spate_ and sqlite_ "
		    "are taken",
		    t->name);
	return 0;
}

static int
set_kind(struct spt_target *t, const struct spt_egress_conf *conf,
    const char *name, struct spt_err *e)
{
	struct stat st;
	size_t n;

	t->name = "-";
	t->kind = SPT_TARGET_STDOUT;
	t->gzip = conf->gzip;
	if (name == NULL || strcmp(name, "-") == 0)
		return 0;
	t->name = name;
	t->kind = SPT_TARGET_FILE;
	n = strlen(name);
	if (n == 0)
		return spt_fail(e, SPT_EUSAGE, "the name of a file is empty");
	if (strncmp(name, SQLITE, strlen(SQLITE)) == 0)
		return set_sqlite(t, e);
	if (name[n - 1] == '/' ||
	    (t->io->stat(t->io, name, &st) == 0 && S_ISDIR(st.st_mode)))
		t->kind = SPT_TARGET_DIR;
	return 0;
}

static bool
known(const char *format)
{
	if (strcmp(format, SPT_FORMAT_ARROW) == 0)
		return true;
	for (size_t i = 0; spt_encoder_formats[i] != NULL; i++)
		if (strcmp(format, spt_encoder_formats[i]) == 0)
			return true;
	return false;
}

/* A single output has the format that was asked for; among several, -f is
 * for those whose names do not tell. */
static int
set_format(
    struct spt_target *t, const struct spt_egress_conf *conf, struct spt_err *e)
{
	bool file = t->kind == SPT_TARGET_FILE || t->kind == SPT_TARGET_DIR;
	const char *told = NULL;

	if (conf->format != NULL && !known(conf->format))
		return spt_fail(e, SPT_EUSAGE,
		    "no format \"%s\" (formats: csv, tsv, ndjson, table, "
		    "arrow)",
		    conf->format);
	if (t->kind == SPT_TARGET_SQLITE)
		return 0;
	if (file && by_name(t, &told, e) < 0)
		return -1;
	if (told != NULL && (conf->format == NULL || conf->n_sinks > 1))
		t->format = told;
	else if (conf->format != NULL)
		t->format = conf->format;
	else
		t->format = !file && conf->terminal ? "table" : "csv";
	snprintf(t->ending, sizeof t->ending, "%s%s",
	    strcmp(t->format, SPT_FORMAT_ARROW) == 0 ? "arrows"
	    : strcmp(t->format, "table") == 0        ? "txt"
						     : t->format,
	    t->gzip ? ".gz" : "");
	return 0;
}

static int
check(const struct spt_target *t, const struct spt_egress_conf *conf,
    struct spt_err *e)
{
	bool terminal = conf->terminal && t->kind == SPT_TARGET_STDOUT;
	bool arrow =
	    t->format != NULL && strcmp(t->format, SPT_FORMAT_ARROW) == 0;

	if (terminal && t->gzip)
		return spt_fail(e, SPT_EUSAGE,
		    "compressed output is binary and standard output is a "
		    "terminal: name a FILE");
	if (conf->append && t->kind == SPT_TARGET_FILE && t->gzip)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: cannot append to a compressed file", t->name);
	if (conf->barriers &&
	    (t->kind == SPT_TARGET_DIR || t->kind == SPT_TARGET_SQLITE))
		return spt_fail(e, SPT_EUSAGE,
		    "%s: --barriers is for standard output and files", t->name);
	if (!arrow)
		return 0;
	if (conf->append && t->kind == SPT_TARGET_FILE)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: cannot append to an Arrow stream, it has an end "
		    "mark: write another file",
		    t->name);
	if (conf->barriers)
		return spt_fail(e, SPT_EUSAGE,
		    "--barriers is for text: an Arrow stream has its barriers "
		    "in it");
	if (terminal)
		return spt_fail(e, SPT_EUSAGE,
		    "an Arrow stream is binary and standard output is a "
		    "terminal: name a FILE or a format");
	return 0;
}

int
spt_target_init(struct spt_target *t, const struct spt_io *io,
    const struct spt_egress_conf *conf, const char *name, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	t->io = io;
	if (set_kind(t, conf, name, e) < 0 || set_format(t, conf, e) < 0 ||
	    check(t, conf, e) < 0) {
		spt_target_fini(t);
		return -1;
	}
	return 0;
}

void
spt_target_fini(struct spt_target *t)
{
	if (t->io == NULL)
		return;
	spt_free(t->io, t->file);
	spt_free(t->io, t->table);
	memset(t, 0, sizeof *t);
}

bool
spt_target_same(const struct spt_target *a, const struct spt_target *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == SPT_TARGET_SQLITE ? strcmp(a->file, b->file) == 0
					    : strcmp(a->name, b->name) == 0;
}

int
spt_target_mode(const struct spt_target *t, const struct spt_egress_conf *conf,
    bool complete, struct spt_err *e)
{
	if (!complete)
		return 0;
	if (t->kind == SPT_TARGET_DIR)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: complete mode replaces what was written, and a "
		    "directory keeps it: name a file or a table",
		    t->name);
	if (conf->append && t->kind != SPT_TARGET_STDOUT)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: --append adds to what is there, and complete mode "
		    "replaces it",
		    t->name);
	return 0;
}
