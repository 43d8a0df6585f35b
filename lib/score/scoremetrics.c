/*
 * scoremetrics - prequential errors: each row is a test before the model has
 * learned from it (Gama, Sebastiao, Rodrigues: On evaluating stream learning
 * algorithms, 2013).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "score/scorer_run.h"

static void
add_labelled(struct spt_scoremetrics *m, const struct spt_own *o, size_t i)
{
	double y = o->features.y[i], guess = o->prediction[i];

	m->labelled++;
	if (o->learner.kind->task == SPT_CLASSIFICATION) {
		double margin = y != 0 ? o->p[i] : -o->p[i];

		/* -log of the probability that the right class got. */
		m->loss += fmax(-margin, 0) + log1p(exp(-fabs(margin)));
		m->right += guess == y;
	} else {
		m->squared += (guess - y) * (guess - y);
		m->absolute += fabs(guess - y);
	}
}

void
spt_scoremetrics_add(struct spt_scoremetrics *m, const struct spt_own *o,
    const struct spt_scores *scores, size_t rows)
{
	const struct spt_learner *l = &o->learner;

	for (size_t i = 0; i < rows; i++) {
		if (scores->fate != NULL && scores->fate[i] != SPT_SCORED)
			continue;
		m->scored++;
		if (l->kind->labels && !isnan(o->features.y[i]))
			add_labelled(m, o, i);
		else if (l->kind->task == SPT_CLUSTERING)
			m->inertia += o->p[i];
		else if (l->kind->task == SPT_DETECTION)
			m->anomalies += o->prediction[i] >= l->conf.threshold;
	}
}

static int
tell_labelled(const struct spt_scoremetrics *m, bool classes, char *line,
    size_t size, struct spt_emit *out, struct spt_err *e)
{
	double n = (double)m->labelled, a, b;

	if (classes) {
		a = m->loss / n;
		b = (double)m->right / n;
	} else {
		a = sqrt(m->squared / n);
		b = m->absolute / n;
	}
	snprintf(line, size,
	    classes ? "%lld with a label, log loss %.6g, accuracy %.6g"
		    : "%lld with a label, rmse %.6g, mae %.6g",
	    (long long)m->labelled, a, b);
	if (spt_emit_measure(out, classes ? "log_loss" : "rmse", a, e) < 0)
		return -1;
	return spt_emit_measure(out, classes ? "accuracy" : "mae", b, e);
}

int
spt_scoremetrics_tell(struct spt_scoremetrics *m, const struct spt_own *o,
    bool verbose, struct spt_emit *out, struct spt_err *e)
{
	const struct spt_learn_kind *kind = o->learner.kind;
	char what[200] = "no label", line[300];
	int rc = 0;

	if (kind->labels) {
		rc = spt_emit_figure(out, "labelled", m->labelled, e);
		if (rc == 0 && m->labelled != 0)
			rc = tell_labelled(
			    m, kind->classes != 0, what, sizeof what, out, e);
	} else if (kind->task == SPT_CLUSTERING) {
		snprintf(what, sizeof what, "inertia %.6g", m->inertia);
		if (m->scored != 0)
			rc = spt_emit_measure(out, "inertia", m->inertia, e);
	} else {
		snprintf(what, sizeof what, "%lld anomal%s",
		    (long long)m->anomalies, m->anomalies == 1 ? "y" : "ies");
		rc = spt_emit_figure(out, "anomalies", m->anomalies, e);
	}
	if (rc == 0 && verbose && m->scored != 0) {
		snprintf(line, sizeof line, "epoch %lld: %lld rows scored, %s",
		    (long long)spt_emit_epoch(out), (long long)m->scored, what);
		spt_emit_say(out, line);
	}
	memset(m, 0, sizeof *m);
	return rc;
}
