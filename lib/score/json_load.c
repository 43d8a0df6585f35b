/*
 * json_load - a table of functions filled by dlsym.
 */
#include <string.h>

#include "base/library.h"
#include "score/json_load.h"

#define LIBRARY "libjansson.so.4"

int
spt__jansson_load(struct spt_jansson *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	if (spt_library_open(&t->library, LIBRARY,
		"models in JSON need Jansson (Debian: libjansson4)", e) < 0)
		return -1;

#define LOOK_UP(f)                                                             \
	if (spt_library_find(t->library, LIBRARY, "json_" #f, &t->f, e) < 0) { \
		spt__jansson_unload(t);                                        \
		return -1;                                                     \
	}
	SPT_JANSSON_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;
}

void
spt__jansson_unload(struct spt_jansson *t)
{
	spt_library_close(t->library);
	memset(t, 0, sizeof *t);
}

json_t *
spt__jansson_parse(const struct spt_jansson *t, const char *text, size_t n,
    const char *file, struct spt_err *e)
{
	json_error_t at;
	json_t *v = t->loadb(text, n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &at);

	if (v == NULL)
		spt_fail(e, SPT_EDATA, "%s: line %d, column %d: %s", file,
		    at.line, at.column, at.text);
	return v;
}

void
spt__jansson_free(const struct spt_jansson *t, json_t *v)
{
	if (v != NULL && v->refcount != (size_t)-1 && --v->refcount == 0)
		t->delete (v);
}
