/*
 * json_load - a table of functions filled by dlsym.
 */
#include <dlfcn.h>
#include <string.h>

#include "score/json_load.h"

#define LIBRARY "libjansson.so.4"

static int
look_up(void *library, const char *symbol, void *pointer, struct spt_err *e)
{
	void *p = dlsym(library, symbol);

	if (p == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    LIBRARY " has no %s: it is too old", symbol);
	/* ISO C does not convert void * to a function pointer. */
	memcpy(pointer, &p, sizeof p);
	return 0;
}

int
spt__jansson_load(struct spt_jansson *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	t->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (t->library == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "models in JSON need Jansson (Debian: libjansson4): %s",
		    dlerror());

#define LOOK_UP(f)                                           \
	if (look_up(t->library, "json_" #f, &t->f, e) < 0) { \
		spt__jansson_unload(t);                      \
		return -1;                                   \
	}
	SPT_JANSSON_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;
}

void
spt__jansson_unload(struct spt_jansson *t)
{
	if (t->library != NULL)
		dlclose(t->library);
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
