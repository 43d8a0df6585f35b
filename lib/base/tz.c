/*
 * tz - offsets are looked up in the list of periods by bisection.  A rule that
 * goes on for ever is written into the list for 400 years, after which the
 * calendar repeats; so there is nothing to work out per lookup.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/timetext.h"
#include "base/tztable.h"

#define MAX_FILE ((size_t)1 << 20)
#define MAX_NAME 200
/* No clock was ever further from UTC; RFC 8536 allows less than 26 h. */
#define FARTHEST INT64_C(93600)

int
spt__tz_new(struct spt_tz **tz, const struct spt_io *io, struct spt_err *e)
{
	*tz = spt_alloc_zero(io, sizeof **tz, e);
	if (*tz == NULL)
		return -1;
	(*tz)->io = io;
	(*tz)->repeats = SPT__TZ_NEVER;
	return 0;
}

int
spt__tz_add(struct spt_tz *tz, int64_t from, int32_t offset, struct spt_err *e)
{
	size_t i = tz->n;

	if (spt_grow(tz->io, &tz->from, &tz->from_cap, i + 1, sizeof *tz->from,
		e) < 0 ||
	    spt_grow(tz->io, &tz->offset, &tz->offset_cap, i + 1,
		sizeof *tz->offset, e) < 0)
		return -1;
	for (; i > 0 && tz->from[i - 1] > from; i--) {
		tz->from[i] = tz->from[i - 1];
		tz->offset[i] = tz->offset[i - 1];
	}
	tz->from[i] = from;
	tz->offset[i] = offset;
	tz->n++;
	return 0;
}

void
spt_tz_free(struct spt_tz *tz)
{
	if (tz == NULL)
		return;
	spt_free(tz->io, tz->from);
	spt_free(tz->io, tz->offset);
	spt_free(tz->io, tz);
}

/* ---- opening ----------------------------------------------------------- */

static int
no_such_zone(const char *name, struct spt_err *e)
{
	return spt_fail(e, SPT_EUSAGE,
	    "\"%s\": no such time zone (write UTC, +02:00, or a name such as "
	    "Europe/Rome)",
	    name);
}

static bool
is_good_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= MAX_NAME && name[0] != '/' &&
	       strstr(name, "..") == NULL &&
	       strspn(name,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789_+-./") == n;
}

/* 1: the file's bytes are in b.  0: there is no such file. */
static int
read_file(struct spt_buf *b, const struct spt_io *io, const char *dir,
    const char *name, struct spt_err *e)
{
	char path[64 + MAX_NAME];
	struct stat st;
	size_t got;
	int fd, rc = 1;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (io->stat(io, path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	do
		fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	while (rc > 0 && b->len <= MAX_FILE) {
		rc = spt_buf_reserve(b, 4096, e);
		if (rc == 0)
			rc = spt_io_read(io, fd, b->data + b->len,
			    b->cap - b->len, &got, path, e);
		if (rc > 0)
			b->len += got;
	}
	io->close(io, fd);
	if (rc > 0)
		return spt_fail(
		    e, SPT_EDATA, "%s: too large for a time zone", path);
	return rc < 0 ? -1 : 1;
}

static int
open_named(struct spt_tz **tz, const struct spt_io *io, const char *name,
    struct spt_err *e)
{
	static const char *const dirs[] = { "/usr/share/zoneinfo",
		"/usr/lib/zoneinfo" };
	struct spt_buf b;
	int rc = 0;

	spt_buf_init(&b, io);
	for (size_t i = 0; rc == 0 && i < sizeof dirs / sizeof *dirs; i++)
		rc = read_file(&b, io, dirs[i], name, e);
	if (rc == 0)
		rc = no_such_zone(name, e);
	else if (rc > 0 && (b.len < 4 || memcmp(b.data, "TZif", 4) != 0))
		rc = no_such_zone(name, e);
	else if (rc > 0) {
		rc = spt_tz_read(tz, io, b.data, b.len, e);
		if (rc < 0)
			spt_err_where(e, "time zone %s", name);
	}
	spt_buf_fini(&b);
	return rc;
}

int
spt_tz_open(struct spt_tz **tz, const struct spt_io *io, const char *name,
    struct spt_err *e)
{
	const char *end = name + strlen(name);
	int32_t offset;

	*tz = NULL;
	if (name != end && spt__zone_take(name, end, &offset) == end) {
		if (spt__tz_new(tz, io, e) < 0)
			return -1;
		if (spt__tz_add(*tz, INT64_MIN, offset, e) < 0) {
			spt_tz_free(*tz);
			*tz = NULL;
			return -1;
		}
		return 0;
	}
	if (!is_good_name(name))
		return no_such_zone(name, e);
	return open_named(tz, io, name, e);
}

/* ---- lookup ------------------------------------------------------------ */

/* Moves seconds into the time that the list covers, by whole cycles; *moved is
 * what to add to come back. */
static int64_t
fold(const struct spt_tz *tz, int64_t seconds, int64_t *moved)
{
	*moved = 0;
	if (seconds < tz->repeats)
		return seconds;
	*moved = ((seconds - tz->repeats) / SPT__TZ_CYCLE + 1) * SPT__TZ_CYCLE;
	return seconds - *moved;
}

/* The last period that has begun. */
static size_t
find(const struct spt_tz *tz, int64_t seconds)
{
	size_t low = 0, high = tz->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (tz->from[middle] <= seconds)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int64_t
floor_seconds(spt_time t)
{
	return t / 1000000 - (t % 1000000 < 0);
}

int32_t
spt_tz_offset(const struct spt_tz *tz, spt_time t)
{
	int64_t moved;

	if (tz == NULL)
		return 0;
	return tz->offset[find(tz, fold(tz, floor_seconds(t), &moved))];
}

spt_time
spt_tz_from_local(const struct spt_tz *tz, spt_time local)
{
	int64_t seconds, moved, at = 0;
	spt_time t;
	size_t i;

	if (tz == NULL)
		return local;
	/* Folded a day early, so that the periods around it are in the list. */
	seconds = floor_seconds(local);
	fold(tz, seconds + FARTHEST, &moved);
	seconds -= moved;
	for (i = find(tz, seconds - FARTHEST); i < tz->n; i++) {
		at = seconds - tz->offset[i];
		if (i + 1 == tz->n || at < tz->from[i + 1])
			break;
	}
	/* Before its period began: in the gap between the last one and it. */
	if (i > 0 && at < tz->from[i])
		at = seconds - tz->offset[i - 1];
	if (__builtin_sub_overflow(local, (seconds - at) * 1000000, &t))
		return local;
	return t;
}
