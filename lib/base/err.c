/*
 * err - messages are formatted once, cut at the size of the struct, and never
 * carry a control character, so that data quoted in them cannot move a
 * terminal's cursor.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void
make_visible(struct spt_err *e)
{
	char raw[sizeof e->msg];
	size_t n = 0;

	memcpy(raw, e->msg, sizeof raw);
	for (const char *p = raw; *p != '\0' && n + 5 < sizeof e->msg; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x20 && c != 0x7f)
			e->msg[n++] = (char)c;
		else
			n += (size_t)sprintf(e->msg + n, "\\x%02x", c);
	}
	e->msg[n] = '\0';
}

int
spt_fail_v(struct spt_err *e, enum spt_kind kind, const char *fmt, va_list ap)
{
	if (e->kind != SPT_OK)
		return -1;
	e->kind = kind;
	e->code = 0;
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	make_visible(e);
	return -1;
}

int
spt_fail(struct spt_err *e, enum spt_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	spt_fail_v(e, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int
spt_fail_errno(struct spt_err *e, int code, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (e->kind != SPT_OK)
		return -1;
	va_start(ap, fmt);
	spt_fail_v(e, SPT_ESYSTEM, fmt, ap);
	va_end(ap);
	e->code = code;
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof e->msg - n, ": %s", strerror(code));
	return -1;
}

int
spt_err_where(struct spt_err *e, const char *fmt, ...)
{
	char old[sizeof e->msg];
	va_list ap;
	size_t n;

	memcpy(old, e->msg, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	make_visible(e);
	n = strlen(e->msg);
	/* The reason may be cut, never the place. */
	snprintf(e->msg + n, sizeof e->msg - n, ": %.*s",
	    (int)(sizeof e->msg - n - 3), old);
	return -1;
}

void
spt_err_clear(struct spt_err *e)
{
	e->kind = SPT_OK;
	e->code = 0;
	e->msg[0] = '\0';
}
