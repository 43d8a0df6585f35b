/*
 * Damaged models are refused by name, or (where a flipped bit is a number of
 * the model) still scored; nothing else happens.  Each file of some models is
 * cut, and has bits flipped, at places that "step=1" makes all places.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "score/spark.h"
#include "spark_rows.h"
#include "unit.h"

static struct spark_rows rows;
static struct spt_schema schema;
static struct spt_builder builder;

/* One file of the model reads as something else. */
static struct {
	const char *suffix; /* of its path */
	uint8_t *bytes;
	size_t n;
	bool gone;
	bool asked;
} changed;

static bool
is_changed(const char *path)
{
	size_t n = strlen(path), k;

	if (changed.suffix == NULL)
		return false;
	k = strlen(changed.suffix);
	return n >= k && strcmp(path + n - k, changed.suffix) == 0;
}

static int
open_changed(
    const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	int fd;

	(void)io;
	if (!is_changed(path))
		return spt_io_system()->open(
		    spt_io_system(), path, flags, mode);
	changed.asked = true;
	if (changed.gone) {
		errno = ENOENT;
		return -1;
	}
	fd = memfd_create("changed", MFD_CLOEXEC);
	if (fd < 0 ||
	    write(fd, changed.bytes, changed.n) != (ssize_t)changed.n ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		printf("memfd: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

/* Memory ends after so many allocations; 0: never. */
static size_t allocations;

static void *
realloc_some(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	if (allocations != 0 && --allocations == 0)
		return NULL;
	return spt_io_system()->realloc(spt_io_system(), p, n);
}

/* Loads and scores.  -1: refused, by name. */
static int
score(const char *path, struct spt_err *e)
{
	struct spt_io io = *spt_io_system();
	struct spt_model_conf conf = { .path = path };
	struct spt_model_info info;
	struct spt_scores scores;
	struct spt_batch b;
	void *self;
	int rc;

	memset(e, 0, sizeof *e);
	io.open = open_changed;
	io.realloc = realloc_some;
	changed.asked = false;
	rc = spt_spark_format.load(&self, &io, &conf, &info, e);
	if (rc < 0) {
		CHECK(e->kind == SPT_EDATA || e->kind == SPT_ESYSTEM);
		CHECK(strstr(e->msg, path) != NULL ||
		      strstr(e->msg, "memory") != NULL);
		return -1;
	}
	spt_builder_batch(&builder, &b);
	rc = spt_spark_format.bind(self, &schema, e);
	if (rc == 0)
		rc = spt_spark_format.predict(self, &b, &scores, e);
	CHECK(rc == 0 || e->msg[0] != '\0');
	spt_spark_format.free(self);
	return rc;
}

static size_t
step_of(size_t n, size_t tries)
{
	const char *step = getenv("step");
	size_t k = step != NULL ? (size_t)atoi(step) : n / tries + 1;

	return k == 0 ? 1 : k;
}

static void
read_file(const char *path, uint8_t **bytes, size_t *n)
{
	FILE *f = fopen(path, "rb");
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) != 0) {
		printf("%s: %s\n", path, strerror(errno));
		exit(1);
	}
	*n = (size_t)st.st_size;
	*bytes = malloc(*n + 1);
	*n = fread(*bytes, 1, *n, f);
	fclose(f);
}

static void
damage_file(const char *model, const char *file)
{
	struct spt_err e;
	uint8_t *whole;
	size_t n;

	read_file(file, &whole, &n);
	changed.suffix = file;
	changed.bytes = whole;
	changed.gone = true;
	/* A tuned model has files that nobody needs. */
	if (score(model, &e) == 0) {
		CHECK(!changed.asked);
		goto done;
	}
	changed.gone = false;
	for (size_t cut = 0; cut < n; cut += step_of(n, 30)) {
		/* Exactly so long, so that a read beyond it is seen. */
		changed.bytes = malloc(cut + 1);
		memcpy(changed.bytes, whole, cut);
		changed.n = cut;
		/* Text may lose its newline. */
		if (score(model, &e) == 0)
			CHECK(cut == n - 1 && whole[n - 1] == '\n');
		free(changed.bytes);
	}
	changed.bytes = whole;
	changed.n = n;
	for (size_t at = 0; at < n; at += step_of(n, 120)) {
		uint8_t bit = (uint8_t)(1u << (at * 5 % 8));

		whole[at] ^= bit;
		/* Refused or not: score checks what there is to check. */
		if (score(model, &e) < 0)
			unit_checked++;
		whole[at] ^= bit;
	}
	CHECK(score(model, &e) == 0);
done:
	changed.gone = false;
	changed.suffix = NULL;
	free(whole);
}

struct files {
	char path[64][600];
	size_t n;
	char dir[600];
};

static int
collect(void *ctx, const char *name)
{
	struct files *f = ctx;
	char path[600];
	struct stat st;

	if (snprintf(path, sizeof path, "%s/%s", f->dir, name) >=
		(int)sizeof path ||
	    f->n == 64 || stat(path, &st) != 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		char before[600];
		int rc;

		memcpy(before, f->dir, sizeof before);
		memcpy(f->dir, path, sizeof path);
		rc = spt_io_system()->list(spt_io_system(), path, collect, f);
		memcpy(f->dir, before, sizeof before);
		return rc;
	}
	memcpy(f->path[f->n++], path, sizeof path);
	return 0;
}

static void
damage_model(const char *name)
{
	static struct files f;
	char model[600];
	struct spt_err e;

	snprintf(model, sizeof model, "%s", spark_path(name));
	f.n = 0;
	memcpy(f.dir, model, sizeof model);
	CHECK(spt_io_system()->list(spt_io_system(), model, collect, &f) == 0);
	CHECK(f.n > 1);
	CHECK(score(model, &e) == 0);
	for (size_t i = 0; i < f.n; i++)
		damage_file(model, f.path[i]);
}

/* Wherever memory ends, that is what is said, and nothing leaks. */
static void
starve(const char *name)
{
	char model[600];
	struct spt_err e;
	size_t n = 0;
	int rc;

	snprintf(model, sizeof model, "%s", spark_path(name));
	do {
		allocations = ++n;
		rc = score(model, &e);
		if (rc < 0)
			CHECK_INT(e.kind, SPT_ESYSTEM);
	} while (rc < 0 && n < 100000);
	CHECK(rc == 0 && n > 10);
	allocations = 0;
}

/* Files that are whole, and trees that are not. */
static void
check_broken(void)
{
	static const struct {
		const char *name, *says;
	} broken[] = {
		{ "cycle", "node 1: a child is not behind it" },
		{ "shared", "has another parent" },
		{ "outside", "node 0: a child is not behind it" },
		{ "one_child", "node 0: a child is not behind it" },
		{ "feature", "node 0: its feature is not there" },
		{ "categories", "node 0: an impossible number" },
		{ "threshold", "node 0: not exactly one threshold" },
		{ "twice", "is there twice" },
		{ "missing", "others are missing" },
		{ "empty", "no nodes" },
		{ "deep", "deeper than" },
	};
	char model[600], name[100];
	struct spt_err e;

	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		snprintf(name, sizeof name, "3.5/broken/%s", broken[i].name);
		snprintf(model, sizeof model, "%s", spark_path(name));
		CHECK(score(model, &e) < 0);
		CHECK(e.kind == SPT_EDATA);
		if (strstr(e.msg, broken[i].says) == NULL)
			CHECK_STR(e.msg, broken[i].says);
	}
	snprintf(model, sizeof model, "%s", spark_path("3.5/broken/high"));
	CHECK(score(model, &e) == 0);
	snprintf(model, sizeof model, "%s", spark_path("3.5/tree_plain"));
	CHECK(score(model, &e) == 0);
}

int
main(void)
{
	static const char *const models[] = { "4.1/forest_class", "3.5/multi",
		"3.5/v_cosine", "4.1/boost_regress", "3.5/cross" };
	struct spark_rows extra;

	spark_rows_read(&rows, "rows.ndjson");
	spark_rows_read(&extra, "3.5/v_linear.ndjson");
	spark_rows_batch(&rows, &extra, false, &schema, &builder);
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		damage_model(models[i]);
	starve("3.5/multi");
	starve("4.1/boost_class");
	check_broken();
	spt_builder_fini(&builder);
	spt_schema_fini(&schema);
	spark_rows_free(&extra);
	spark_rows_free(&rows);
	return DONE;
}
