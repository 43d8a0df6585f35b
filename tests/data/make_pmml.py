#!/usr/bin/env python3
"""make_pmml.py DIRECTORY [NAME...] - the fixtures of tests/unit/test_pmml.c.

Trains small pipelines with scikit-learn, has sklearn2pmml write them as PMML
and saves, beside each model, scikit-learn's own predictions for rows.csv: a
line a row, the prediction and, of a classifier, its probabilities.  Models
whose names begin with "hand-" were written by hand, for what no converter
writes; their predictions are those of JPMML-Evaluator ("null" without a result,
"bad" where it refuses the row).  NAME: only these.  Made with Java 17 and

    pip install scikit-learn==1.9.0 sklearn2pmml==0.133.1 pandas \\
        jpmml_evaluator==0.16.0 jpype1
"""
import glob
import os
import random
import re
import sys

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    GammaRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.pipeline import PMMLPipeline

ROWS = 100
rng = random.Random(20)
directory, only = sys.argv[1], sys.argv[2:]


def make_rows():
    def number():
        return round(rng.gauss(0, 1), 3)

    table = pd.DataFrame({name: [number() for _ in range(ROWS)] for name in "ab"})
    table["c"] = [None if rng.random() < 0.2 else number() for _ in range(ROWS)]
    table["city"] = [rng.choice(["bonn", "oslo", "pisa", "rom"]) for _ in range(ROWS)]
    table["num"] = [rng.choice([-1, 3, 7, 9]) for _ in range(ROWS)]
    return table


rows = make_rows()
rows.to_csv(os.path.join(directory, "rows.csv"), index=False)
c = rows.c.astype(float).fillna(0)
target = (
    rows.a + rows.b**2 - c + rows.city.isin(["rom", "pisa"]) + 2 * (rows.num < 4)
).rename("y")
positive = np.exp(target / 3).rename("y")
two = target.gt(1.5).map({True: "yes", False: "no"}).rename("class")
three = pd.Series(pd.qcut(target, 3, labels=["low", "mid", "top"]).astype(str), name="class")
numbered = pd.Series(pd.qcut(target, 3, labels=False), name="class")


def write_want(name, predictions, probabilities):
    with open(os.path.join(directory, name + ".want"), "w") as out:
        for k, value in enumerate(predictions):
            words = [value if isinstance(value, str) else "%.17g" % value]
            if probabilities is not None:
                words += ["%.17g" % p for p in probabilities[k]]
            out.write(" ".join(words) + "\n")


def shorten(path):
    """Takes away what changes from run to run."""
    text = open(path).read()
    text = re.sub(r"\n\s*<Timestamp>.*</Timestamp>", "", text)
    with open(path, "w") as out:
        out.write(text)


def evaluate(path):
    """JPMML's predictions for rows.csv."""
    from jpmml_evaluator import make_evaluator

    name = os.path.basename(path)[:-5]
    evaluator = make_evaluator(path, "jpype").verify()
    targets = [f.name for f in evaluator.getTargetFields()]
    outputs = [f.name for f in evaluator.getOutputFields()]
    predictions, probabilities = [], []
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        try:
            result = evaluator.evaluate(row)
        except Exception as e:
            print(name, str(e).split("\n")[0][:200], file=sys.stderr)
            predictions.append("bad")
            probabilities.append([])
            continue
        # Clusters have no target, and what has no result may not be there.
        name_of = [n for n in targets + outputs[:1] if n in result]
        value = result[name_of[0]] if name_of else None
        predictions.append("null" if value is None else value)
        p = [result.get(n) for n in outputs if n.startswith("probability")]
        probabilities.append([] if value is None else [v for v in p if v is not None])
    write_want(name, predictions, probabilities)


def save(name, label, columns, *steps, probabilities=True, single=False):
    """single: the document says that inputs are single floats, and so they are
    for all of its models, but not in scikit-learn: JPMML predicts."""
    if only and name not in only:
        return
    data = rows[columns]
    pipeline = PMMLPipeline([("step%d" % k, s) for k, s in enumerate(steps)])
    pipeline.fit(data, label)
    path = os.path.join(directory, name + ".pmml")
    sklearn2pmml(pipeline, path)
    shorten(path)
    if single:
        evaluate(path)
        return
    probability = None
    if probabilities and hasattr(pipeline, "predict_proba"):
        probability = pipeline.predict_proba(data)
    write_want(name, pipeline.predict(data), probability)


def words(*others):
    """One-hot city and num, the other columns as they are, or imputed."""
    return ColumnTransformer(
        [
            ("words", OneHotEncoder(sparse_output=False), ["city", "num"]),
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), list(others)),
        ]
    )


ab = ["a", "b"]
everything = ["city", "num", "a", "b", "c"]
save("linear", target, ab, StandardScaler(), LinearRegression())
save("linear-words", target, everything, words("a", "b", "c"), LinearRegression())
save(
    "linear-scalers",
    target,
    ab,
    ColumnTransformer([("m", MinMaxScaler(), ["a"]), ("r", RobustScaler(), ["b"])]),
    PolynomialFeatures(2),
    LinearRegression(),
)
save("linear-bins", target, ab, MaxAbsScaler(), KBinsDiscretizer(4, encode="onehot-dense"), LinearRegression())
save("linear-binary", target, ab, Binarizer(threshold=0.5), LinearRegression())
save("poisson", positive, ab, StandardScaler(), PoissonRegressor())
save("gamma", positive, ab, StandardScaler(), GammaRegressor())
save("logistic-two", two, everything, words("a", "b", "c"), LogisticRegression())
save("logistic-three", three, everything, words("a", "b", "c"), LogisticRegression())
save("logistic-numbered", numbered, ab, LogisticRegression())
save("logistic-each", three, ab, OneVsRestClassifier(LogisticRegression()))
save("tree", target, ab, DecisionTreeRegressor(max_depth=4, random_state=1))
save("tree-classes", three, ab, DecisionTreeClassifier(max_depth=4, random_state=1))
encoded = ColumnTransformer(
    [("w", OrdinalEncoder(), ["city", "num"]), ("n", SimpleImputer(strategy="median"), ["a", "b", "c"])]
)
save("tree-words", two, everything, encoded, DecisionTreeClassifier(max_depth=4, random_state=1))
save("tree-one-hot", target, everything, words("a", "b", "c"), DecisionTreeRegressor(max_depth=5, random_state=1))
save("forest", target, everything, words("a", "b", "c"), RandomForestRegressor(8, max_depth=4, random_state=1))
save("forest-classes", three, ab, RandomForestClassifier(8, max_depth=4, random_state=1))
save("forest-extra", target, ab, ExtraTreesRegressor(6, max_depth=4, random_state=1))
save("bagging", two, ab, BaggingClassifier(DecisionTreeClassifier(max_depth=3), 5, random_state=1))
save("boosting", target, ab, GradientBoostingRegressor(n_estimators=8, random_state=1))
save("boosting-two", two, everything, words("a", "b", "c"), GradientBoostingClassifier(n_estimators=6, random_state=1))
save("boosting-three", three, ab, GradientBoostingClassifier(n_estimators=4, random_state=1))
save("boosting-hist", target, ["a", "b", "c"], HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=5))
save("boosting-hist-two", two, ["a", "b", "c"], HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5))
save("boosting-median", target, ab, AdaBoostRegressor(n_estimators=5, random_state=1))
save(
    "voting",
    two,
    ab,
    VotingClassifier(
        [("l", LogisticRegression()), ("t", DecisionTreeClassifier(max_depth=3, random_state=1))],
        voting="soft",
        weights=[2, 1],
    ),
    single=True,
)
save(
    "voting-hard",
    three,
    ab,
    VotingClassifier(
        [("l", LogisticRegression()), ("t", DecisionTreeClassifier(max_depth=2)), ("d", DecisionTreeClassifier(max_depth=3))]
    ),
    probabilities=False,
)
save(
    "stacking",
    target,
    ab,
    StackingRegressor([("l", LinearRegression()), ("t", DecisionTreeRegressor(max_depth=3, random_state=1))]),
    single=True,
)
save("kmeans", None, ab, StandardScaler(), KMeans(4, n_init=2, random_state=1))


for path in sorted(glob.glob(os.path.join(directory, "hand-*.pmml"))):
    if not only or os.path.basename(path)[:-5] in only:
        evaluate(path)
