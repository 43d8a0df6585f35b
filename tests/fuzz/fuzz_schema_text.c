/*
 * fuzz_schema_text - what is read prints as text that is read, and printed,
 * the same.
 */
#include <stdlib.h>

#include "decode/schema_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 1: read, and printed into out; 0: refused. */
static int
read_print(const char *text, struct spt_buf *out)
{
	struct spt_schema_text s;
	struct spt_err e = { 0 };

	if (spt_schema_text_parse(&s, spt_io_system(), text, &e) < 0) {
		if (e.kind != SPT_EUSAGE || e.msg[0] == '\0')
			abort();
		return 0;
	}
	for (size_t i = 0; i < s.n; i++)
		if (spt_schema_text_put(
			out, s.v[i].name, &s.v[i].type, &s.v[i].path, &e) < 0)
			abort();
	spt_schema_text_fini(&s);
	if (spt_buf_str(out, &e) == NULL)
		abort();
	return 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spt_buf once, twice;
	char *text;

	if (size > 4000 || (text = malloc(size + 1)) == NULL)
		return 0;
	if (size != 0)
		memcpy(text, data, size);
	text[size] = '\0';
	spt_buf_init(&once, spt_io_system());
	spt_buf_init(&twice, spt_io_system());
	if (read_print(text, &once) == 1) {
		if (memchr(once.data, '\n', once.len) != NULL)
			abort();
		if (read_print((const char *)once.data, &twice) != 1 ||
		    once.len != twice.len ||
		    memcmp(once.data, twice.data, once.len) != 0)
			abort();
	}
	spt_buf_fini(&once);
	spt_buf_fini(&twice);
	free(text);
	return 0;
}
