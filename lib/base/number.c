/*
 * number - whole numbers, truth values, and what inference takes for a number.
 * Digits are summed up in an uint64: nineteen of them cannot overflow it, so
 * that one comparison at the end is the whole range check.
 */
#include <string.h>

#include "base/digits.h"
#include "base/number.h"

#define MAX_DIGITS 19

static const char digit_pairs[] = "00010203040506070809"
				  "10111213141516171819"
				  "20212223242526272829"
				  "30313233343536373839"
				  "40414243444546474849"
				  "50515253545556575859"
				  "60616263646566676869"
				  "70717273747576777879"
				  "80818283848586878889"
				  "90919293949596979899";

/* Digits and nothing else, at least one; false also when it overflows. */
static bool
sum_digits(const char *p, size_t n, uint64_t *sum)
{
	uint64_t m = 0, eight;

	if (n == 0)
		return false;
	while (n > 1 && *p == '0') {
		p++;
		n--;
	}
	if (n > MAX_DIGITS)
		return false;
	while (n >= 8) {
		if (!spt__eight(p, &eight))
			return false;
		m = m * 100000000 + eight;
		p += 8;
		n -= 8;
	}
	for (; n > 0; p++, n--) {
		unsigned d = spt__digit(*p);

		if (d > 9)
			return false;
		m = m * 10 + d;
	}
	*sum = m;
	return true;
}

int
spt_int_parse(const char *p, size_t n, int64_t *v)
{
	bool negative = false;
	uint64_t m;

	spt__trim(&p, &n);
	if (n > 0 && (*p == '-' || *p == '+')) {
		negative = *p == '-';
		p++;
		n--;
	}
	if (!sum_digits(p, n, &m) || m > (uint64_t)INT64_MAX + negative)
		return 0;
	*v = (int64_t)(negative ? 0 - m : m);
	return 1;
}

int
spt_bool_parse(const char *p, size_t n, bool *v)
{
	spt__trim(&p, &n);
	if (!spt__same_word(p, n, "true") && !spt__same_word(p, n, "false"))
		return 0;
	*v = n == 4;
	return 1;
}

int
spt_bool_parse_loose(const char *p, size_t n, bool *v)
{
	static const char *const words[] = { "f", "t", "no", "yes", "n", "y",
		"off", "on", "false", "true" };

	spt__trim(&p, &n);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (spt__same_word(p, n, words[i])) {
			*v = i % 2 == 1;
			return 1;
		}
	}
	return 0;
}

bool
spt_looks_int(const char *p, size_t n)
{
	int64_t v;

	spt__trim(&p, &n);
	if (spt_int_parse(p, n, &v) == 0 || *p == '+')
		return false;
	/* An int has no "-0"; the sign survives as a float. */
	if (*p == '-')
		return p[1] != '0';
	return *p != '0' || n == 1;
}

/* The words that stand for a float. */
static bool
is_special(const char *p, size_t n)
{
	static const char *const words[] = { "NaN", "nan", "inf", "-inf",
		"Infinity", "-Infinity" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == n && memcmp(p, words[i], n) == 0)
			return true;
	return false;
}

bool
spt_looks_float(const char *p, size_t n)
{
	double v;

	spt__trim(&p, &n);
	if (n == 0)
		return false;
	if (spt__digit(p[n - 1]) > 9 && p[n - 1] != '.')
		return is_special(p, n);
	if (*p == '+' || spt_float_parse(p, n, &v) == 0)
		return false;
	if (memchr(p, '.', n) == NULL && memchr(p, 'e', n) == NULL &&
	    memchr(p, 'E', n) == NULL)
		return spt_looks_int(p, n) ||
		       (n == 2 && memcmp(p, "-0", 2) == 0);
	if (*p == '-') {
		p++;
		n--;
	}
	return n < 2 || *p != '0' || spt__digit(p[1]) > 9;
}

size_t
spt_int_print(char out[SPT_NUMBER_TEXT], int64_t v)
{
	char text[20];
	size_t at = sizeof text, len = 0;
	uint64_t m = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	while (m >= 100) {
		at -= 2;
		memcpy(text + at, digit_pairs + m % 100 * 2, 2);
		m /= 100;
	}
	if (m >= 10) {
		at -= 2;
		memcpy(text + at, digit_pairs + m * 2, 2);
	} else {
		text[--at] = (char)('0' + m);
	}
	if (v < 0)
		out[len++] = '-';
	memcpy(out + len, text + at, sizeof text - at);
	len += sizeof text - at;
	out[len] = '\0';
	return len;
}
