/*
 * Times of web server logs are read with the cache as they are without.
 */
#include <stdlib.h>

#include "base/clfcache.h"
#include "unit.h"

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

/* In memory of its own size.  What spt_time_parse_clf says. */
static int
check(struct spt_clf_cache *k, const char *text, size_t n)
{
	spt_time quick = 0, exact = 0;
	char *p = malloc(n != 0 ? n : 1);
	int rc;

	if (p == NULL)
		abort();
	memcpy(p, text, n);
	rc = spt_time_parse_clf(p, n, &exact);
	CHECK_INT(spt_time_parse_clf_cached(k, p, n, &quick), rc);
	if (rc == 1)
		CHECK_INT(quick, exact);
	free(p);
	return rc;
}

static const char *const texts[] = { "01/May/2024:00:00:00 +0000",
	"01/May/2024:23:59:59 +0000", "01/May/2024:12:34:56 -0330",
	"01/may/2024:12:34:56 -0330", "29/Feb/2024:12:34:56 +0000",
	"29/Feb/2023:12:34:56 +0000", "31/Apr/2024:00:00:00 +0000",
	"01/May/2024:24:00:00 +0000", "01/May/2024:23:59:60 +0000",
	"01/May/2024:24:00:01 +0000", "01/May/2024:00:60:00 +0000",
	"01/May/2024:00:00:61 +0000", "1/May/2024:00:00:00 +00000",
	"01/May/2024:00:00:00 +00  ", "01/May/2024:00:00:00 UTC  ",
	"01/May/2024:00:00:00 +24000", "01/May/2024:00:00:00 +2400",
	"01/May/2024:00:00:00 Z", "01/May/2024:00:00:00+00:00",
	"[01/May/2024:00:00:00 +0000]", " 01/May/2024:00:00:00 +0000",
	"01/Xyz/2024:00:00:00 +0000", "01-May-2024:00:00:00 +0000",
	"01/May/2024 00:00:00 +0000", "01/May/2024:00.00.00 +0000",
	"01/May/0000:00:00:00 +0000", "31/Dec/9999:23:59:59 +0000", "",
	"01/May/2024:00:00", "[01/May/2024:00:00:00 Z   ]" };

#define N_TEXTS (sizeof texts / sizeof *texts)

static void
test_texts(void)
{
	struct spt_clf_cache k = { .midnight = 0 };
	int good = 0;

	for (size_t i = 0; i < N_TEXTS; i++)
		for (size_t j = 0; j < N_TEXTS; j++) {
			good += check(&k, texts[i], strlen(texts[i]));
			good += check(&k, texts[j], strlen(texts[j]));
		}
	CHECK(good > 100);
}

/* Every byte of a good time as any other byte, behind the good one. */
static void
test_bytes(void)
{
	struct spt_clf_cache k = { .midnight = 0 };
	char text[32];
	size_t n = strlen(texts[0]);

	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < 256; c++) {
			memcpy(text, texts[1], n);
			text[i] = (char)c;
			CHECK_INT(check(&k, texts[0], n), 1);
			check(&k, text, n);
		}
}

static void
test_random(void)
{
	static const char letters[] = "0123456789012345678901234569/:+- [MaybJ";
	struct spt_clf_cache k = { .midnight = 0 };
	unsigned seed = 1;
	int good = 0;

	for (int i = 0; i < 200000; i++) {
		const char *from = texts[draw(&seed, 5)];
		size_t n = strlen(from);
		char text[32];

		memcpy(text, from, n);
		for (unsigned m = draw(&seed, 4); m > 0; m--)
			text[draw(&seed, (unsigned)n)] =
			    letters[draw(&seed, sizeof letters - 1)];
		good += check(&k, text, n);
	}
	CHECK(good > 50000 && good < 200000);
}

int
main(void)
{
	test_texts();
	test_bytes();
	test_random();
	return DONE;
}
