/*
 * What other programs write is read as they meant it: every stream under
 * tests/data/arrow says what its .txt twin says, or is refused as it says.
 */
#include <glob.h>
#include <stdlib.h>

#include "unit.h"
#include "wiretext.h"

static void
read_file(struct spt_buf *b, const char *path)
{
	struct spt_err e = { 0 };
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	CHECK(f != NULL);
	if (f == NULL) {
		printf("\tcannot open %s\n", path);
		return;
	}
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		wire_check(spt_buf_put(b, part, n, &e));
	fclose(f);
}

static void
compare(const char *path, const char *want, const struct spt_buf *stream,
    size_t step)
{
	struct wire_source from = { stream->data, stream->len, 0, step, NULL,
		0 };
	struct spt_err e = { 0 };
	struct spt_buf text;
	const char *got;

	spt_buf_init(&text, spt_io_system());
	if (wire_text(&text, spt_io_system(), &from, &e) < 0) {
		text.len = 0;
		wire_check(spt_buf_printf(
		    &text, &(struct spt_err){ 0 }, "refused: %s\n", e.msg));
	}
	got = spt_buf_str(&text, &e);
	if (strcmp(got, want) != 0)
		printf("%s:\n", path);
	CHECK_STR(got, want);
	spt_buf_fini(&text);
}

static void
check(const char *path)
{
	size_t stem = strlen(path) - strlen(".arrows");
	struct spt_err e = { 0 };
	struct spt_buf stream, want;
	char twin[4096];

	spt_buf_init(&stream, spt_io_system());
	spt_buf_init(&want, spt_io_system());
	snprintf(twin, sizeof twin, "%.*s.txt", (int)stem, path);
	read_file(&stream, path);
	read_file(&want, twin);
	compare(path, spt_buf_str(&want, &e), &stream, 0);
	compare(path, spt_buf_str(&want, &e), &stream, 1);
	spt_buf_fini(&stream);
	spt_buf_fini(&want);
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/tests/data/arrow/*.arrows",
	    srcdir != NULL ? srcdir : ".");
	CHECK(glob(pattern, 0, NULL, &found) == 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check(found.gl_pathv[i]);
	printf("%zu streams\n", found.gl_pathc);
	CHECK(found.gl_pathc >= 50);
	globfree(&found);
	return DONE;
}
