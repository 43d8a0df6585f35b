/*
 * json - strings are copied in runs; only the bytes that JSON cannot hold as
 * they are stop a run.  Runs are looked for eight bytes at a time.
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0: one of eight bytes is 0 (a byte above a zero may count as one). */
static uint64_t
find_zero(uint64_t x)
{
	return (x - EACH(1)) & ~x & EACH(0x80);
}

/* Bytes at the start of p that are copied as they are. */
static size_t
count_plain(const uint8_t *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t x;

		memcpy(&x, p + i, sizeof x);
		if ((((x - EACH(0x20)) | x) & EACH(0x80)) != 0 ||
		    (find_zero(x ^ EACH('"')) | find_zero(x ^ EACH('\\')) |
			find_zero(x ^ EACH(0x7f))) != 0)
			break;
	}
	while (
	    i < n && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

static int
put_escape(struct spt_buf *out, uint8_t c, struct spt_err *e)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	size_t n = 2;

	switch (c) {
	case '"':
	case '\\':
		text[1] = (char)c;
		break;
	case '\b':
		text[1] = 'b';
		break;
	case '\f':
		text[1] = 'f';
		break;
	case '\n':
		text[1] = 'n';
		break;
	case '\r':
		text[1] = 'r';
		break;
	case '\t':
		text[1] = 't';
		break;
	default:
		n = sizeof text;
		break;
	}
	return spt_buf_put(out, text, n, e);
}

int
spt_json_put_string(
    struct spt_buf *out, const char *text, size_t n, struct spt_err *e)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = 0;

	if (spt_buf_reserve(out, n + 2, e) < 0 || spt_buf_putc(out, '"', e) < 0)
		return -1;
	while (i < n) {
		size_t run = count_plain(p + i, n - i);

		if (spt_buf_put(out, p + i, run, e) < 0)
			return -1;
		i += run;
		for (run = i; run < n && p[run] >= 0x80;)
			run++;
		if (run > i) {
			if (spt_utf8_repair(out, p + i, run - i, e) < 0)
				return -1;
			i = run;
		} else if (i < n && put_escape(out, p[i++], e) < 0) {
			return -1;
		}
	}
	return spt_buf_putc(out, '"', e);
}

int
spt_json_put_float(struct spt_buf *out, double v, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];
	size_t n;

	if (!isfinite(v))
		return spt_buf_put(out, "null", 4, e);
	n = spt_float_print(text, v);
	return spt_buf_put(out, text, n, e);
}
