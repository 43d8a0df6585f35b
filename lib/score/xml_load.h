/*
 * xml_load - libxml2, found at run time: only models that are written in XML
 * need it.  Not installed.
 *
 * The tree of a document may be walked through the fields of xmlNode; of the
 * functions, only those in the table may be called.
 */
#ifndef SPT_XML_LOAD_H
#define SPT_XML_LOAD_H

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/io.h"

/* The functions in use, under their names without "xml". */
#define SPT_XML_FUNCTIONS(X) \
	X(NewParserCtxt)     \
	X(FreeParserCtxt)    \
	X(CtxtReadMemory)    \
	X(CtxtGetLastError)  \
	X(StopParser)        \
	X(FreeDoc)           \
	X(DocGetRootElement) \
	X(GetLineNo)

#define SPT_XML_POINTER(f) __typeof__(xml##f) *f;

struct spt_xml {
	void *library;
	SPT_XML_FUNCTIONS(SPT_XML_POINTER)
};

/* 0; -1 with SPT_ESYSTEM when the library, or something in it, is missing. */
SPT_MUST int spt__xml_load(struct spt_xml *t, struct spt_err *e);
/* A zeroed table is fine.  No document may be left. */
void spt__xml_unload(struct spt_xml *t);

/* The text, which is UTF-8 whatever it says, as a document.  Nothing is fetched
 * and no entity is replaced; a document type (where entities are declared) is
 * refused.  Elements nest 256 deep at most.  NULL: SPT_EDATA with line and
 * column, or no memory. */
SPT_MUST xmlDoc *spt__xml_parse(const struct spt_xml *t, const char *text,
    size_t n, const char *file, struct spt_err *e);

#endif
