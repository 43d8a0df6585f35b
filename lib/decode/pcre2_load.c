/*
 * pcre2_load - a table of functions filled by dlsym.  <pcre2.h> spells the
 * names with their width at the end (pcre2_compile is pcre2_compile_8), which
 * the symbols have too.
 */
#include <dlfcn.h>
#include <string.h>

#include "decode/pcre2_load.h"

#define LIBRARY "libpcre2-8.so.0"

#define TEXT(name) #name
/* By way of a second macro, so that the name is expanded first. */
#define SYMBOL(name) TEXT(name)

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
spt__pcre2_load(struct spt_pcre2 *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	t->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (t->library == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "patterns need PCRE2 (Debian: libpcre2-8-0): %s",
		    dlerror());

#define LOOK_UP(f)                                                \
	if (look_up(t->library, SYMBOL(pcre2_##f), &t->f, e) < 0) \
		goto fail;
	SPT_PCRE2_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;

fail:
	spt__pcre2_unload(t);
	return -1;
}

void
spt__pcre2_unload(struct spt_pcre2 *t)
{
	if (t->library != NULL)
		dlclose(t->library);
	memset(t, 0, sizeof *t);
}
