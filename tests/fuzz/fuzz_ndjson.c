/*
 * fuzz_ndjson - lines fed at once and in pieces make the same rows and bad
 * records, with and without paths; every string that comes out is UTF-8.
 *
 * The first byte of the input chooses the schema and the sizes of pieces.
 */
#include "base/utf8.h"
#include "../unit/decode_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const schemas[] = {
	NULL,
	"a int, b string .a.b, c string .a[0].c",
	"a string, x float .x, all string .",
	"t timestamp(s), u timestamp, f bool",
};

static void
must(bool good)
{
	if (!good)
		abort();
}

static int
decode(uint8_t options, const char *p, size_t n, unsigned seed, struct run *run,
    struct spt_err *e)
{
	static struct run_file file;

	file = (struct run_file){ "a", p, n, 0 };
	run_init(run, "ndjson", &file, 1);
	run->conf.schema = schemas[options & 3];
	run->conf.max_record = (options & 4) != 0 ? 32 : 0;
	run->seed = seed;
	run->max_rows = seed % 5;
	return run_all(run, e);
}

static bool
same(const struct spt_buf *a, const struct spt_buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data + 1;
	struct spt_err e1 = { 0 }, e2 = { 0 };
	struct run whole, pieces;
	int rc;

	if (size == 0 || size > 20000)
		return 0;
	rc = decode(data[0], p, size - 1, 0, &whole, &e1);
	must(rc ==
	     decode(data[0], p, size - 1, 1 + (data[0] >> 3), &pieces, &e2));
	must(e1.kind == e2.kind && strcmp(e1.msg, e2.msg) == 0);
	must(same(&whole.rows, &pieces.rows) && same(&whole.bad, &pieces.bad));
	must(whole.rows.len == 0 ||
	     spt_utf8_valid(whole.rows.data, whole.rows.len));
	run_fini(&whole);
	run_fini(&pieces);
	return 0;
}
