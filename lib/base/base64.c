#include "base/base64.h"

int
spt_base64_put(
    struct spt_buf *out, const uint8_t *p, size_t n, struct spt_err *e)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to;

	if (n > SIZE_MAX / 4 * 3 - 3)
		return spt_fail(e, SPT_ESYSTEM, "out of memory");
	if (spt_buf_reserve(out, (n + 2) / 3 * 4, e) < 0)
		return -1;
	to = (char *)out->data + out->len;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 |
			     (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);

		*to++ = digit[v >> 18];
		*to++ = digit[v >> 12 & 63];
		*to++ = i + 1 < n ? digit[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digit[v & 63] : '=';
	}
	out->len += (n + 2) / 3 * 4;
	return 0;
}

#define NO_DIGIT 64u

/* The value of a digit, or NO_DIGIT. */
static inline uint32_t
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0' + 52);
	if (c == '+')
		return 62;
	return c == '/' ? 63 : NO_DIGIT;
}

/* Four digits, of which the last `pad` are '='; false: they are not. */
static bool
take_four(const char *p, unsigned pad, uint8_t *to)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint32_t d = i < 4 - pad ? value(p[i]) : 0;

		if (d == NO_DIGIT)
			return false;
		v = v << 6 | d;
	}
	if ((v & ((1u << 8 * pad) - 1)) != 0)
		return false;
	for (unsigned i = 0; i < 3 - pad; i++)
		to[i] = (uint8_t)(v >> (16 - 8 * i));
	return true;
}

int
spt_base64_get(struct spt_buf *out, const char *p, size_t n, struct spt_err *e)
{
	unsigned pad = 0;
	uint8_t *to;

	if (n % 4 != 0)
		return 0;
	if (n == 0)
		return 1;
	if (spt_buf_reserve(out, n / 4 * 3, e) < 0)
		return -1;
	if (p[n - 1] == '=')
		pad = p[n - 2] == '=' ? 2 : 1;
	to = out->data + out->len;
	for (size_t i = 0; i < n; i += 4, to += 3)
		if (!take_four(p + i, i + 4 == n ? pad : 0, to))
			return 0;
	out->len += n / 4 * 3 - pad;
	return 1;
}
