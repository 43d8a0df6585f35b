#include <string.h>

#include "base/list.h"

void
spt_list_fini(struct spt_list *l)
{
	if (l->io == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		spt_free(l->io, l->v[i]);
	spt_free(l->io, l->v);
	l->v = NULL;
	l->n = l->cap = 0;
}

bool
spt_list_has(const struct spt_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], name) == 0)
			return true;
	return false;
}

static int
add(struct spt_list *l, const char *p, size_t n, struct spt_err *e)
{
	char *name;

	while (n != 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n != 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (n == 0)
		return spt_fail(
		    e, SPT_EUSAGE, "a name is empty (write them as a,b,c)");
	if (spt_grow(l->io, &l->v, &l->cap, l->n + 1, sizeof *l->v, e) < 0)
		return -1;
	name = spt_strndup(l->io, p, n, e);
	if (name == NULL)
		return -1;
	if (spt_list_has(l, name)) {
		spt_fail(e, SPT_EUSAGE, "\"%s\" is named twice", name);
		spt_free(l->io, name);
		return -1;
	}
	l->v[l->n++] = name;
	return 0;
}

int
spt_list_parse(struct spt_list *l, const struct spt_io *io, const char *text,
    struct spt_err *e)
{
	memset(l, 0, sizeof *l);
	l->io = io;
	if (text == NULL || *text == '\0')
		return 0;
	for (;;) {
		const char *comma = strchrnul(text, ',');

		if (add(l, text, (size_t)(comma - text), e) < 0) {
			spt_list_fini(l);
			return -1;
		}
		if (*comma == '\0')
			return 0;
		text = comma + 1;
	}
}
