#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "batch/schema.h"

void
spt_schema_init(struct spt_schema *s, const struct spt_io *io)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	spt_meta_init(&s->meta, io);
}

void
spt_schema_fini(struct spt_schema *s)
{
	if (s->io == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		spt_free(s->io, s->fields[i].name);
		spt_meta_fini(&s->fields[i].meta);
	}
	spt_free(s->io, s->fields);
	spt_meta_fini(&s->meta);
	s->fields = NULL;
	s->n = s->cap = 0;
}

int
spt_schema_add(struct spt_schema *s, const char *name, enum spt_type type,
    struct spt_err *e)
{
	struct spt_field *f;
	char *copy;

	if (name[0] == '\0')
		return spt_fail(
		    e, SPT_EDATA, "column %zu has no name", s->n + 1);
	if (!spt_utf8_valid((const uint8_t *)name, strlen(name)))
		return spt_fail(e, SPT_EDATA,
		    "the name of column %zu is not UTF-8", s->n + 1);
	if (spt_schema_find(s, name) >= 0)
		return spt_fail(
		    e, SPT_EDATA, "two columns are named \"%s\"", name);
	if (s->n >= SPT_MAX_COLUMNS)
		return spt_fail(
		    e, SPT_EDATA, "more than %d columns", SPT_MAX_COLUMNS);
	copy = spt_strdup(s->io, name, e);
	if (copy == NULL || spt_grow(s->io, &s->fields, &s->cap, s->n + 1,
				sizeof *s->fields, e) < 0) {
		spt_free(s->io, copy);
		return -1;
	}
	f = &s->fields[s->n++];
	f->name = copy;
	f->type = type;
	f->nullable = true;
	spt_meta_init(&f->meta, s->io);
	return 0;
}

int
spt_schema_add_copy(
    struct spt_schema *s, const struct spt_field *f, struct spt_err *e)
{
	if (spt_schema_add(s, f->name, f->type, e) < 0)
		return -1;
	s->fields[s->n - 1].nullable = f->nullable;
	return spt_meta_copy(&s->fields[s->n - 1].meta, &f->meta, e);
}

int
spt_schema_copy(
    struct spt_schema *dst, const struct spt_schema *src, struct spt_err *e)
{
	for (size_t i = 0; i < src->n; i++)
		if (spt_schema_add_copy(dst, &src->fields[i], e) < 0)
			return -1;
	return spt_meta_copy(&dst->meta, &src->meta, e);
}

int
spt_schema_find(const struct spt_schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
spt_schema_need(const struct spt_schema *s, const char *name, struct spt_err *e)
{
	int at = spt_schema_find(s, name);
	struct spt_err ignored = { 0 };
	struct spt_buf list;

	if (at >= 0)
		return at;
	spt_buf_init(&list, s->io);
	for (size_t i = 0; i < s->n; i++)
		if (spt_buf_printf(&list, &ignored, "%s%s", i != 0 ? ", " : "",
			s->fields[i].name) < 0)
			break;
	spt_fail(e, SPT_EUSAGE, "no column \"%s\" (columns: %.*s)", name,
	    (int)list.len, (const char *)list.data);
	spt_buf_fini(&list);
	return -1;
}

int
spt_schema_event_time(const struct spt_schema *s, int64_t *delay)
{
	for (size_t i = 0; i < s->n; i++) {
		const char *v =
		    spt_meta_get(&s->fields[i].meta, SPT_KEY_EVENT_TIME);

		if (v == NULL || s->fields[i].type != SPT_TIMESTAMP)
			continue;
		if (delay != NULL)
			*delay = strtoll(v, NULL, 10);
		return (int)i;
	}
	return -1;
}

bool
spt_schema_bounded(const struct spt_schema *s)
{
	const char *v = spt_meta_get(&s->meta, SPT_KEY_BOUNDED);

	return spt_meta_get(&s->meta, SPT_KEY_PROFILE) == NULL ||
	       (v != NULL && strcmp(v, "1") == 0);
}
