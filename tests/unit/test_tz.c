#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "unit.h"

static struct spt_err err;

static spt_time
at(const char *s)
{
	spt_time t = 0;

	CHECK_INT(spt_time_parse(s, strlen(s), NULL, &t), 1);
	return t;
}

static bool
have(const char *zone)
{
	char path[200];

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	if (access(path, R_OK) == 0)
		return true;
	printf("%s is missing: skipped\n", path);
	return false;
}

/* ---- a writer of TZif files -------------------------------------------- */

static void
put(struct spt_buf *b, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		CHECK_INT(spt_buf_putc(b, (char)(v >> 8 * bytes), &err), 0);
}

static void
put_header(struct spt_buf *b, char version, unsigned leaps, unsigned times,
    unsigned types)
{
	CHECK_INT(spt_buf_puts(b, "TZif", &err), 0);
	put(b, (uint8_t)version, 1);
	put(b, 0, 7);
	put(b, 0, 8);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, leaps, 4);
	put(b, times, 4);
	put(b, types, 4);
	put(b, 4, 4);
}

/* One hour ahead from 1000 on, none before and from 2000 on. */
static void
put_body(struct spt_buf *b, int size)
{
	put(b, 1000, size);
	put(b, 2000, size);
	put(b, 0x0100, 2);
	put(b, 0, 6);
	put(b, 3600, 4);
	put(b, 0x0100, 2);
	put(b, 0x41414100, 4);
}

static void
put_file(struct spt_buf *b, char version, const char *rule)
{
	b->len = 0;
	put_header(b, version, 0, 2, 2);
	put_body(b, 4);
	if (version == 0)
		return;
	put_header(b, version, 0, 2, 2);
	put_body(b, 8);
	CHECK_INT(spt_buf_printf(b, &err, "\n%s\n", rule), 0);
}

static void
check_offset(const struct spt_tz *tz, const char *s, int32_t want)
{
	spt_time t = at(s);

	if (spt_tz_offset(tz, t) != want)
		printf("at %s\n", s);
	CHECK_INT(spt_tz_offset(tz, t), want);
}

static struct spt_tz *
read_zone(struct spt_buf *b)
{
	struct spt_tz *tz = NULL;
	uint8_t *p = malloc(b->len != 0 ? b->len : 1);

	if (b->len != 0)
		memcpy(p, b->data, b->len);
	spt_err_clear(&err);
	if (spt_tz_read(&tz, spt_io_system(), p, b->len, &err) < 0)
		CHECK(tz == NULL && err.kind == SPT_EDATA);
	free(p);
	return tz;
}

static void
test_versions(struct spt_buf *b)
{
	static const char versions[] = { 0, '2', '3', '4' };

	for (size_t i = 0; i < sizeof versions; i++) {
		struct spt_tz *tz;

		put_file(b, versions[i], "");
		tz = read_zone(b);
		CHECK(tz != NULL);
		CHECK_INT(spt_tz_offset(tz, INT64_MIN), 0);
		CHECK_INT(spt_tz_offset(tz, 1000 * SPT_SECOND - 1), 0);
		CHECK_INT(spt_tz_offset(tz, 1000 * SPT_SECOND), 3600);
		CHECK_INT(spt_tz_offset(tz, 2000 * SPT_SECOND - 1), 3600);
		CHECK_INT(spt_tz_offset(tz, 2000 * SPT_SECOND), 0);
		CHECK_INT(spt_tz_offset(tz, INT64_MAX), 0);
		spt_tz_free(tz);
		/* Every cut is refused. */
		while (b->len-- > 0) {
			tz = read_zone(b);
			CHECK(tz == NULL);
			spt_tz_free(tz);
		}
		b->len = 0;
	}
}

static void
test_bad_files(struct spt_buf *b)
{
	put_file(b, '2', "");
	b->data[0] = 'X';
	CHECK(read_zone(b) == NULL);
	/* A type that is not there. */
	put_file(b, 0, "");
	b->data[44 + 8] = 2;
	CHECK(read_zone(b) == NULL);
	CHECK_STR(err.msg, "not a time zone file: a time of no type");
	/* Times in the wrong order. */
	put_file(b, 0, "");
	b->data[44 + 6] = 0;
	CHECK(read_zone(b) == NULL);
	CHECK_STR(err.msg, "not a time zone file: its times do not ascend");
	/* An offset of years. */
	put_file(b, 0, "");
	b->data[44 + 8 + 2 + 6] = 0x10;
	CHECK(read_zone(b) == NULL);
	/* Counts that would wrap around. */
	put_file(b, '2', "");
	memset(b->data + 20, 0xff, 24);
	CHECK(read_zone(b) == NULL);
	CHECK_STR(err.msg, "not a time zone file: it is cut off");
	/* Leap seconds. */
	b->len = 0;
	put_header(b, 0, 1, 2, 2);
	put_body(b, 4);
	put(b, 0, 8);
	CHECK(read_zone(b) == NULL);
	CHECK(strstr(err.msg, "leap seconds") != NULL);
}

/* ---- rules ------------------------------------------------------------- */

static struct spt_tz *
read_rule(struct spt_buf *b, const char *rule)
{
	put_file(b, '3', rule);
	return read_zone(b);
}

static void
test_rules(struct spt_buf *b)
{
	static const char *const bad[] = { "CET", "C-1", "CET-1CEST",
		"CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,", "CET-1CEST,M13.5.0,J1",
		"CET-1CEST,M3.6.0,J1", "CET-1CEST,M3.5.7,J1", "CET-25",
		"CET-1CEST,J0,J1", "CET-1CEST,366,J1", "CET-1CEST,J366,J1",
		"CET-1CEST,J1/168,J2", "CET-1CEST,J1,J2x", "<CET-1", "<>-1",
		"CET-1:60", "CET-1CEST,J1/,J2", "1CET-1", "CET-1:", "CET--1" };
	struct spt_tz *tz;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tz = read_rule(b, bad[i]);
		if (tz != NULL)
			printf("case %s\n", bad[i]);
		CHECK(tz == NULL);
		spt_tz_free(tz);
	}
	tz = read_rule(b, "CET-1CEST,M3.5.0,M10.5.0/3");
	CHECK(tz != NULL);
	check_offset(tz, "2024-03-31T00:59:59.999999Z", 3600);
	check_offset(tz, "2024-03-31T01:00:00Z", 7200);
	check_offset(tz, "2024-10-27T00:59:59Z", 7200);
	check_offset(tz, "2024-10-27T01:00:00Z", 3600);
	check_offset(tz, "9999-07-01T00:00:00Z", 7200);
	check_offset(tz, "9999-12-01T00:00:00Z", 3600);
	CHECK_INT(spt_tz_offset(tz, INT64_MAX), 3600);
	spt_tz_free(tz);
	/* South of the equator, days of the year, odd times and names. */
	tz = read_rule(b, "<-03>3<-02>,J60/-1:30,59/24");
	CHECK(tz != NULL);
	check_offset(tz, "2023-03-01T01:29:59Z", -10800);
	check_offset(tz, "2023-03-01T01:30:00Z", -7200);
	check_offset(tz, "2023-03-02T01:59:59Z", -7200);
	check_offset(tz, "2023-03-02T02:00:00Z", -10800);
	check_offset(tz, "2024-02-29T12:00:00Z", -10800);
	check_offset(tz, "2024-03-01T01:30:00Z", -7200);
	check_offset(tz, "2024-03-01T02:00:00Z", -10800);
	spt_tz_free(tz);
	/* Summer all the year. */
	tz = read_rule(b, "XXX3EDT4,0/0,J365/23");
	CHECK(tz != NULL);
	for (spt_time t = at("2020-01-01"); t < at("2022-01-01");
	     t += SPT_SECOND * 1800)
		if (spt_tz_offset(tz, t) != -4 * 3600) {
			CHECK_INT(spt_tz_offset(tz, t), -4 * 3600);
			break;
		}
	spt_tz_free(tz);
}

/* ---- local times ------------------------------------------------------- */

static void
check_local(const struct spt_tz *tz, const char *local, const char *want)
{
	spt_time t = spt_tz_from_local(tz, at(local));
	char text[SPT_TIME_TEXT];

	spt_time_print(text, t, NULL);
	if (strcmp(text, want) != 0)
		printf("local time %s\n", local);
	CHECK_STR(text, want);
}

static void
test_gaps_and_folds(struct spt_buf *b)
{
	struct spt_tz *tz = read_rule(b, "CET-1CEST,M3.5.0,M10.5.0/3");

	CHECK(tz != NULL);
	check_local(tz, "2024-03-31T01:59:59", "2024-03-31T00:59:59Z");
	/* The gap: 02:30 is 03:30. */
	check_local(tz, "2024-03-31T02:00:00", "2024-03-31T01:00:00Z");
	check_local(tz, "2024-03-31T02:30:00", "2024-03-31T01:30:00Z");
	check_local(tz, "2024-03-31T03:00:00", "2024-03-31T01:00:00Z");
	/* The fold: the first of the two. */
	check_local(tz, "2024-10-27T01:59:59", "2024-10-26T23:59:59Z");
	check_local(tz, "2024-10-27T02:00:00", "2024-10-27T00:00:00Z");
	check_local(tz, "2024-10-27T02:59:59", "2024-10-27T00:59:59Z");
	check_local(tz, "2024-10-27T03:00:00", "2024-10-27T02:00:00Z");
	/* Long after the list. */
	check_local(tz, "8000-03-26T02:30:00", "8000-03-26T01:30:00Z");
	check_local(tz, "9999-12-31T23:59:59.5", "9999-12-31T22:59:59.500Z");
	CHECK_INT(spt_tz_from_local(tz, INT64_MIN), INT64_MIN);
	CHECK_INT(spt_tz_from_local(tz, -1), -1);
	CHECK_INT(spt_tz_from_local(NULL, 5), 5);
	CHECK_INT(spt_tz_offset(NULL, 5), 0);
	spt_tz_free(tz);
}

/* Where an instant has a local time, that local time is the instant again, or
 * one before it in a fold. */
static void
check_both_ways(const struct spt_tz *tz, spt_time t)
{
	spt_time local = t + spt_tz_offset(tz, t) * SPT_SECOND;
	spt_time back = spt_tz_from_local(tz, local);

	if (back != t &&
	    !(back < t && back + spt_tz_offset(tz, back) * SPT_SECOND == local))
		CHECK_INT(back, t);
}

static void
test_both_ways(struct spt_buf *b)
{
	static const char *const rules[] = { "CET-1CEST,M3.5.0,M10.5.0/3",
		"<-03>3<-02>,J60/-1:30,59/24", "XXX3EDT4,0/0,J365/23",
		"AAA0BBB-24,J1/-167,J365/167", "UTC0" };

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct spt_tz *tz = read_rule(b, rules[i]);

		CHECK(tz != NULL);
		for (uint64_t k = 0; tz != NULL && k < 50000; k++) {
			spt_time t = (spt_time)spt_hash_int(i, k) >> k % 20;

			if (t > -INT64_MAX / 2 && t < INT64_MAX / 2)
				check_both_ways(tz, t);
		}
		spt_tz_free(tz);
	}
}

/* ---- the database ------------------------------------------------------ */

static void
test_rome(void)
{
	struct spt_tz *tz = NULL;
	char text[SPT_TIME_TEXT];
	spt_time t = 0;

	if (!have("Europe/Rome"))
		return;
	CHECK_INT(spt_tz_open(&tz, spt_io_system(), "Europe/Rome", &err), 0);
	check_offset(tz, "2024-01-01T00:00:00Z", 3600);
	check_offset(tz, "2024-07-01T00:00:00Z", 7200);
	check_offset(tz, "2100-07-01T00:00:00Z", 7200);
	check_offset(tz, "1800-01-01T00:00:00Z", 2996);
	check_local(tz, "2023-03-26T02:30:00", "2023-03-26T01:30:00Z");
	check_local(tz, "2023-10-29T02:30:00", "2023-10-29T00:30:00Z");
	CHECK_INT(spt_time_parse("2024-07-01 12:00", 16, tz, &t), 1);
	spt_time_print(text, t, tz);
	CHECK_STR(text, "2024-07-01T12:00:00+02:00");
	spt_time_print(text, t, NULL);
	CHECK_STR(text, "2024-07-01T10:00:00Z");
	/* 49 minutes and 56 seconds: printed with whole minutes, the same
	 * instant. */
	spt_time_print(text, at("1800-01-01T00:00:00Z"), tz);
	CHECK_STR(text, "1800-01-01T00:49:00+00:49");
	CHECK_INT(at(text), at("1800-01-01T00:00:00Z"));
	spt_tz_free(tz);
}

/* The C library's opinion on the same files. */
static void
test_against_libc(void)
{
	static const char *const zones[] = { "Europe/Rome", "America/New_York",
		"America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe",
		"Africa/Casablanca", "America/Godthab", "Pacific/Apia",
		"Europe/Dublin", "Asia/Gaza", "Antarctica/Troll", "Etc/GMT+5",
		"EST5EDT", "Africa/Monrovia" };

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		struct spt_tz *tz = NULL;
		int bad = 0;

		if (!have(zones[i]))
			continue;
		CHECK_INT(spt_tz_open(&tz, spt_io_system(), zones[i], &err), 0);
		setenv("TZ", zones[i], 1);
		tzset();
		for (uint64_t k = 0; k < 20000; k++) {
			/* 1690 to 2250, and a hundred times that. */
			int64_t s =
			    (int64_t)(spt_hash_int(i, k) % 17600000000) -
			    8800000000;
			struct tm tm;
			time_t at_s;

			if (k % 4 == 3)
				s *= 20;
			at_s = (time_t)s;
			localtime_r(&at_s, &tm);
			if (spt_tz_offset(tz, s * SPT_SECOND) != tm.tm_gmtoff)
				bad++;
			check_both_ways(tz, s * SPT_SECOND);
		}
		if (bad != 0)
			printf("%s\n", zones[i]);
		CHECK_INT(bad, 0);
		spt_tz_free(tz);
	}
}

static void
test_names(void)
{
	static const struct {
		const char *name;
		int32_t offset;
	} good[] = { { "UTC", 0 }, { "Z", 0 }, { "+02:00", 7200 },
		{ "-0530", -19800 }, { "+14", 50400 }, { "-00:30", -1800 } };
	static const char *const bad[] = { "", "Mars/Base", "../../etc/passwd",
		"/etc/localtime", "Europe", "Europe/", "zone.tab", "tzdata.zi",
		"+25:00", "+2", "Europe/Rome\n", "Europe/Rome;", "+02:00x",
		"Europe/../Europe/Rome", "." };
	struct spt_tz *tz = NULL;
	char name[1000];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK_INT(
		    spt_tz_open(&tz, spt_io_system(), good[i].name, &err), 0);
		CHECK_INT(spt_tz_offset(tz, INT64_MIN), good[i].offset);
		CHECK_INT(spt_tz_offset(tz, INT64_MAX), good[i].offset);
		CHECK_INT(
		    spt_tz_from_local(tz, 0), -good[i].offset * SPT_SECOND);
		spt_tz_free(tz);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		spt_err_clear(&err);
		CHECK_INT(spt_tz_open(&tz, spt_io_system(), bad[i], &err), -1);
		CHECK(tz == NULL);
		CHECK_INT(err.kind, SPT_EUSAGE);
	}
	spt_err_clear(&err);
	CHECK_INT(spt_tz_open(&tz, spt_io_system(), "Mars/Base", &err), -1);
	CHECK_STR(err.msg,
	    "\"Mars/Base\": no such time zone (write UTC, +02:00, or a name "
	    "such as Europe/Rome)");
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	CHECK_INT(spt_tz_open(&tz, spt_io_system(), name, &err), -1);
	spt_tz_free(NULL);
}

/* ---- no memory --------------------------------------------------------- */

static void *
give(const struct spt_io *io, void *p, size_t n)
{
	int *left = io->ctx;

	if ((*left)-- <= 0)
		return NULL;
	return spt_io_system()->realloc(io, p, n);
}

/* Every allocation fails once; nothing is lost. */
static void
test_out_of_memory(struct spt_buf *b)
{
	struct spt_io io = *spt_io_system();
	struct spt_tz *tz = NULL;
	int rc = -1, left;

	io.realloc = give;
	io.ctx = &left;
	put_file(b, '3', "CET-1CEST,M3.5.0,M10.5.0/3");
	for (int k = 0; rc < 0 && k < 1000; k++) {
		left = k;
		spt_err_clear(&err);
		rc = spt_tz_read(&tz, &io, b->data, b->len, &err);
		CHECK_INT(err.kind, rc < 0 ? SPT_ESYSTEM : SPT_OK);
	}
	CHECK_INT(rc, 0);
	spt_tz_free(tz);
	rc = -1;
	for (int k = 0; rc < 0 && k < 10; k++) {
		left = k;
		spt_err_clear(&err);
		rc = spt_tz_open(&tz, &io, "+01:00", &err);
		CHECK_INT(err.kind, rc < 0 ? SPT_ESYSTEM : SPT_OK);
	}
	CHECK_INT(rc, 0);
	spt_tz_free(tz);
}

int
main(void)
{
	struct spt_buf b;

	spt_buf_init(&b, spt_io_system());
	test_versions(&b);
	test_bad_files(&b);
	test_rules(&b);
	test_gaps_and_folds(&b);
	test_both_ways(&b);
	test_rome();
	test_against_libc();
	test_names();
	test_out_of_memory(&b);
	spt_buf_fini(&b);
	return DONE;
}
