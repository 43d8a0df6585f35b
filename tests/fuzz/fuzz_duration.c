/*
 * Durations, sizes and counts: what is read prints as a text that reads back
 * the same, and what is refused says why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round_trip(int64_t us)
{
	char text[SPT_DURATION_TEXT];
	struct spt_err e = { 0 };
	int64_t back = ~us;

	if (spt_duration_print(text, us) != strlen(text) ||
	    spt_duration_parse(text, true, &back, &e) < 0 || back != us)
		abort();
}

static void
check_failed(int rc, const struct spt_err *e)
{
	if (rc == 0 ? e->kind != SPT_OK
		    : e->kind != SPT_EUSAGE || e->msg[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1), text[SPT_NUMBER_TEXT];
	struct spt_err e = { 0 };
	int64_t v;
	int rc;

	memcpy(s, data, size);
	s[size] = '\0';
	rc = spt_duration_parse(s, true, &v, &e);
	check_failed(rc, &e);
	if (rc == 0)
		check_round_trip(v);
	spt_err_clear(&e);
	rc = spt_duration_parse(s, false, &v, &e);
	check_failed(rc, &e);
	if (rc == 0 && v < 0)
		abort();
	spt_err_clear(&e);
	rc = spt_size_parse(s, &v, &e);
	check_failed(rc, &e);
	if (rc == 0 && (v < 0 || spt_size_print(text, v) != strlen(text)))
		abort();
	spt_err_clear(&e);
	rc = spt_count_parse(s, &v, &e);
	check_failed(rc, &e);
	if (rc == 0 && v < 0)
		abort();
	if (size >= sizeof v) {
		memcpy(&v, data, sizeof v);
		check_round_trip(v);
		if (spt_size_print(text, v) != strlen(text))
			abort();
	}
	free(s);
	return 0;
}
