/*
 * size - amounts of bytes (powers of 1024) and counts (powers of 1000), as
 * people write them on command lines and read them in messages.
 */
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/number.h"

struct suffix {
	const char *name;
	int64_t factor;
};

/* 1: *v is the digits times the factor of the suffix.  0: not of that form.
 * -1: of that form, but beyond int64. */
static int
scale(const char *s, const struct suffix *suffixes, size_t n, int64_t *v)
{
	size_t digits = strspn(s, "0123456789");
	const char *suffix = s + digits;
	size_t len = strlen(suffix);

	if (digits == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!spt__same_word(suffix, len, suffixes[i].name))
			continue;
		if (spt_int_parse(s, digits, v) == 0 ||
		    __builtin_mul_overflow(*v, suffixes[i].factor, v))
			return -1;
		return 1;
	}
	return 0;
}

int
spt_size_parse(const char *s, int64_t *bytes, struct spt_err *e)
{
	static const struct suffix suffixes[] = { { "", 1 }, { "b", 1 },
		{ "k", INT64_C(1) << 10 }, { "kib", INT64_C(1) << 10 },
		{ "m", INT64_C(1) << 20 }, { "mib", INT64_C(1) << 20 },
		{ "g", INT64_C(1) << 30 }, { "gib", INT64_C(1) << 30 },
		{ "t", INT64_C(1) << 40 }, { "tib", INT64_C(1) << 40 } };
	int64_t v;
	int rc = scale(s, suffixes, sizeof suffixes / sizeof *suffixes, &v);

	if (rc == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": not a size (write 4096, 64K, 256M, 1G)", s);
	if (rc < 0)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": too large a size (the largest is 8388607T)", s);
	*bytes = v;
	return 0;
}

int
spt_count_parse(const char *s, int64_t *n, struct spt_err *e)
{
	static const struct suffix suffixes[] = { { "", 1 }, { "k", 1000 },
		{ "m", 1000000 }, { "g", 1000000000 } };
	int64_t v;
	int rc = scale(s, suffixes, sizeof suffixes / sizeof *suffixes, &v);

	if (rc == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": not a count (write 1000, 10k, 5M)", s);
	if (rc < 0)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": too large a count (the largest is %lld)", s,
		    (long long)INT64_MAX);
	*n = v;
	return 0;
}

size_t
spt_size_print(char out[SPT_NUMBER_TEXT], int64_t bytes)
{
	static const char units[][4] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB",
		"EiB" };
	uint64_t m = bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes;
	uint64_t tenths = m * 10;
	unsigned unit = 0, shift = 0;

	if (m < 1024)
		return (size_t)snprintf(
		    out, SPT_NUMBER_TEXT, "%lld B", (long long)bytes);
	/* Rounded to a tenth first, so that nothing prints as 1024 KiB. */
	do {
		uint64_t part;

		unit++;
		shift += 10;
		part = m & ((UINT64_C(1) << shift) - 1);
		tenths = (m >> shift) * 10 +
			 ((part * 10 + (UINT64_C(1) << (shift - 1))) >> shift);
	} while (tenths >= 10240 && unit < 6);
	if (tenths % 10 == 0)
		return (size_t)snprintf(out, SPT_NUMBER_TEXT, "%s%llu %s",
		    bytes < 0 ? "-" : "", (unsigned long long)tenths / 10,
		    units[unit]);
	return (size_t)snprintf(out, SPT_NUMBER_TEXT, "%s%llu.%llu %s",
	    bytes < 0 ? "-" : "", (unsigned long long)tenths / 10,
	    (unsigned long long)tenths % 10, units[unit]);
}
