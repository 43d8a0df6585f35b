/*
 * library - dlopen and dlsym, with messages.
 */
#include <dlfcn.h>
#include <string.h>

#include "base/library.h"

int
spt_library_open(
    void **library, const char *file, const char *need, struct spt_err *e)
{
	*library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (*library == NULL)
		return spt_fail(e, SPT_ESYSTEM, "%s: %s", need, dlerror());
	return 0;
}

int
spt_library_find(void *library, const char *file, const char *symbol,
    void *pointer, struct spt_err *e)
{
	void *p = dlsym(library, symbol);

	if (p == NULL)
		return spt_fail(e, SPT_ESYSTEM, "%s has no %s: it is too old",
		    file, symbol);
	/* ISO C does not convert void * to a function pointer. */
	memcpy(pointer, &p, sizeof p);
	return 0;
}

void
spt_library_close(void *library)
{
	if (library != NULL)
		dlclose(library);
}
