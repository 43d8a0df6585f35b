/*
 * jsonline - people and their tools may read `query`; only sread writes it.
 * The checksum covers all that stands before it, so a reader need not be
 * lenient: what it cannot read was not written by us, or was damaged.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "ckpt/ckptdir.h"
#include "ckpt/jsonline.h"

/* ,"crc":"01234567"} and a newline */
#define TAIL 19

int
spt_jsonline_put(struct spt_buf *out, const char *uuid, const char *schema,
    spt_time created, struct spt_err *e)
{
	char when[SPT_TIME_TEXT];
	size_t start = out->len;

	spt_time_print(when, created, NULL);
	if (spt_buf_puts(out, "{\"uuid\":", e) < 0 ||
	    spt_json_put_string(out, uuid, strlen(uuid), e) < 0 ||
	    spt_buf_printf(
		out, e, ",\"format\":%d,\"schema\":", SPT_CKPT_FORMAT) < 0 ||
	    spt_json_put_string(out, schema, strlen(schema), e) < 0 ||
	    spt_buf_printf(out, e, ",\"created\":\"%s\"", when) < 0)
		return -1;
	return spt_buf_printf(out, e, ",\"crc\":\"%08x\"}\n",
	    spt_crc32c(0, out->data + start, out->len - start));
}

struct cursor {
	const char *p, *end;
};

static bool
skip(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* \u00xx: what the writer makes of a control character. */
static int
control(const char *p, const char *end)
{
	char hex[3] = { 0 }, *stop;
	long v;

	if (end - p < 5 || memcmp(p, "u00", 3) != 0)
		return -1;
	memcpy(hex, p + 3, 2);
	v = strtol(hex, &stop, 16);
	return *stop == '\0' ? (int)v : -1;
}

/* Appends the content of a JSON string.  1; 0 it is none; -1. */
static int
get_string(struct cursor *c, struct spt_buf *out, struct spt_err *e)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (!skip(c, "\""))
		return 0;
	while (c->p < c->end && *c->p != '"') {
		char byte = *c->p++;
		int code;

		if (byte == '\\') {
			if (c->p == c->end)
				return 0;
			at = *c->p != '\0' ? strchr(letters, *c->p) : NULL;
			if (at != NULL) {
				byte = means[at - letters];
				c->p++;
			} else {
				code = control(c->p, c->end);
				if (code <= 0)
					return 0;
				byte = (char)code;
				c->p += 5;
			}
		}
		if (spt_buf_putc(out, byte, e) < 0)
			return -1;
	}
	return skip(c, "\"");
}

static int
not_ours(const char *name, struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: damaged or written by something else: %s", name,
	    "the checksum does not match");
}

/* The members, in order.  1, 0 not of that form, -1. */
static int
get_members(struct cursor *c, struct spt_buf *uuid, struct spt_buf *schema,
    long *format, struct spt_buf *when, struct spt_err *e)
{
	char *stop;
	int rc;

	if (!skip(c, "{\"uuid\":"))
		return 0;
	rc = get_string(c, uuid, e);
	if (rc <= 0 || !skip(c, ",\"format\":"))
		return rc < 0 ? -1 : 0;
	/* The checksum's text behind it ends the number. */
	*format = strtol(c->p, &stop, 10);
	c->p = stop;
	if (!skip(c, ",\"schema\":"))
		return 0;
	rc = get_string(c, schema, e);
	if (rc <= 0 || !skip(c, ",\"created\":"))
		return rc < 0 ? -1 : 0;
	rc = get_string(c, when, e);
	return rc > 0 ? c->p == c->end : rc;
}

int
spt_jsonline_get(const struct spt_io *io, const char *p, size_t n,
    const char *name, char uuid[37], char **schema, spt_time *created,
    struct spt_err *e)
{
	struct spt_buf id, text, when;
	struct cursor c = { p, p + n - (n < TAIL ? n : TAIL) };
	char tail[TAIL + 1];
	long format = 0;
	int rc;

	snprintf(tail, sizeof tail, ",\"crc\":\"%08x\"}\n",
	    spt_crc32c(0, p, (size_t)(c.end - p)));
	if (n < TAIL || memcmp(c.end, tail, TAIL) != 0)
		return not_ours(name, e);
	spt_buf_init(&id, io);
	spt_buf_init(&text, io);
	spt_buf_init(&when, io);
	rc = get_members(&c, &id, &text, &format, &when, e);
	if (rc > 0 && format != SPT_CKPT_FORMAT)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: format version %ld, this program knows %d", name,
		    format, SPT_CKPT_FORMAT);
	else if (rc > 0 && (id.len != 36 || memchr(id.data, '\0', 36) != NULL ||
			       !spt_time_parse((const char *)when.data,
				   when.len, NULL, created)))
		rc = 0;
	if (rc == 0)
		rc = not_ours(name, e);
	if (rc > 0) {
		memcpy(uuid, id.data, 36);
		uuid[36] = '\0';
		*schema = spt_strndup(io, (const char *)text.data, text.len, e);
		rc = *schema != NULL ? 1 : -1;
	}
	spt_buf_fini(&id);
	spt_buf_fini(&text);
	spt_buf_fini(&when);
	return rc < 0 ? -1 : 0;
}
