/*
 * xml_load - a table of functions filled by dlsym, and the one way in which
 * documents are parsed.
 */
#include <limits.h>
#include <string.h>

#include "base/library.h"
#include "score/xml_load.h"

#define LIBRARY "libxml2.so.2"

int
spt__xml_load(struct spt_xml *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	if (spt_library_open(&t->library, LIBRARY,
		"models in XML need libxml2 (Debian: libxml2)", e) < 0)
		return -1;

#define LOOK_UP(f)                                                           \
	if (spt_library_find(t->library, LIBRARY, "xml" #f, &t->f, e) < 0) { \
		spt__xml_unload(t);                                          \
		return -1;                                                   \
	}
	SPT_XML_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;
}

void
spt__xml_unload(struct spt_xml *t)
{
	spt_library_close(t->library);
	memset(t, 0, sizeof *t);
}

/* What refuse_type needs, in the parser's pointer for its user. */
struct refusing {
	const struct spt_xml *t;
	bool refused;
};

/* The parser is at a document type: it gets no further. */
static void
refuse_type(
    void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	xmlParserCtxt *c = ctx;
	struct refusing *r = c->_private;

	(void)name;
	(void)id;
	(void)system;
	r->refused = true;
	r->t->StopParser(c);
}

static void
explain(const struct spt_xml *t, xmlParserCtxt *c, const char *file,
    struct spt_err *e)
{
	const xmlError *why = t->CtxtGetLastError(c);
	size_t n;

	if (c->errNo == XML_ERR_NO_MEMORY) {
		spt_fail(
		    e, SPT_ESYSTEM, "%s: no memory for the document", file);
	} else if (why == NULL || why->message == NULL) {
		spt_fail(e, SPT_EDATA, "%s: not XML", file);
	} else {
		n = strcspn(why->message, "\n");
		spt_fail(e, SPT_EDATA, "%s: line %d, column %d: %.*s", file,
		    why->line, why->int2, (int)(n < 200 ? n : 200),
		    why->message);
	}
}

xmlDoc *
spt__xml_parse(const struct spt_xml *t, const char *text, size_t n,
    const char *file, struct spt_err *e)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOBLANKS |
			    XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			    XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES |
			    XML_PARSE_IGNORE_ENC;
	struct refusing r = { .t = t };
	xmlParserCtxt *c;
	xmlDoc *doc;

	if (n > INT_MAX) {
		spt_fail(e, SPT_EDATA, "%s: larger than 2 GiB", file);
		return NULL;
	}
	c = t->NewParserCtxt();
	if (c == NULL) {
		spt_fail(e, SPT_ESYSTEM, "%s: no memory for a parser", file);
		return NULL;
	}
	c->_private = &r;
	c->sax->internalSubset = refuse_type;
	doc = t->CtxtReadMemory(c, text, (int)n, NULL, "UTF-8", options);
	if (r.refused)
		spt_fail(e, SPT_EDATA,
		    "%s: a document type (<!DOCTYPE ...>) is not allowed",
		    file);
	else if (doc == NULL)
		explain(t, c, file, e);
	t->FreeParserCtxt(c);
	return doc;
}
