#!/usr/bin/env python3
"""make_boosted.py DIRECTORY - the fixtures of tests/unit/test_boosted.c.

Trains small models with XGBoost and LightGBM and saves, beside each model, its
own predictions for rows.csv: a line a row, probabilities of a classifier, else
the prediction.  Made once with each of

    pip install xgboost==3.2.0 lightgbm==4.7.0 pandas scikit-learn
    pip install xgboost==1.7.6 lightgbm==3.3.5 'numpy<2' 'pandas<2.2' scikit-learn

(names of models then begin with the library's version); rows.csv is the same
from both.
"""
import os
import random
import sys

import lightgbm
import numpy as np
import pandas as pd
import xgboost

ROWS = 60
rng = random.Random(20)


def cell():
    return float("nan") if rng.random() < 0.1 else round(rng.gauss(0, 1), 3)


def make_rows():
    table = pd.DataFrame({name: [cell() for _ in range(ROWS)] for name in "abc"})
    table["d"] = [0.0 if rng.random() < 0.3 else cell() for _ in range(ROWS)]
    table["city"] = [
        None if rng.random() < 0.1 else rng.choice(["bonn", "oslo", "pisa", "rom"])
        for _ in range(ROWS)
    ]
    table["num"] = [rng.choice([-1, 3, 7, 9]) for _ in range(ROWS)]
    return table


directory = sys.argv[1]
os.makedirs(directory, exist_ok=True)
rows = make_rows()
rows.to_csv(os.path.join(directory, "rows.csv"), index=False)
rows["city"] = pd.Categorical(rows.city)
rows["num"] = pd.Categorical(rows.num)
numbers = rows[list("abcd")]
filled = numbers.fillna(0)
target = (
    filled.a
    + filled.b**2
    - filled.c * filled.d
    + rows.city.isin(["rom", "pisa"])
    + 2 * rows.num.isin([3, -1])
)
classes = pd.qcut(target, 3, labels=False)


def want(name, values, form):
    values = np.asarray(values)
    if values.ndim == 1:
        values = values[:, None]
    with open(os.path.join(directory, name + ".want"), "w") as out:
        for row in values:
            out.write(" ".join(form % v for v in row) + "\n")


def save_xgboost(name, parameters, data, label, trees=4, **options):
    matrix = xgboost.DMatrix(data, label=label, **options)
    model = xgboost.train({"max_depth": 3, **parameters}, matrix, trees)
    name = "xgboost-%s-%s" % (xgboost.__version__, name)
    for end in ("json", "ubj"):
        model.save_model(os.path.join(directory, name + "." + end))
    values = model.predict(matrix)
    if parameters.get("objective") == "binary:logistic":
        values = np.stack([1 - values.astype(np.float64), values], axis=1)
    want(name, values, "%.9g")


def save_stopped():
    """By the wrapper for scikit-learn, which passes over the last rounds."""
    model = xgboost.XGBClassifier(
        n_estimators=20,
        max_depth=2,
        num_parallel_tree=2,
        subsample=0.5,
        early_stopping_rounds=2,
        random_state=1,
    )
    odd = np.arange(ROWS) % 2 == 1
    model.fit(
        numbers[~odd], classes[~odd], eval_set=[(numbers[odd], classes[odd])], verbose=False
    )
    assert model.get_booster().num_boosted_rounds() > model.best_iteration + 1
    name = "xgboost-%s-stopped" % xgboost.__version__
    for end in ("json", "ubj"):
        model.save_model(os.path.join(directory, name + "." + end))
    want(name, model.predict_proba(numbers), "%.9g")


def save_lightgbm(name, parameters, label):
    fixed = {"verbose": -1, "num_leaves": 6, "min_data_in_leaf": 3}
    fixed.update({"min_data_per_group": 2, "cat_smooth": 1, "cat_l2": 1})
    model = lightgbm.train(
        {**fixed, **parameters}, lightgbm.Dataset(rows, label=label), 4
    )
    name = "lightgbm-%s-%s" % (lightgbm.__version__, name)
    text = model.model_to_string()
    # What it was trained with is no part of the model, and long.
    head, tail = text.split("\nparameters:\n")
    with open(os.path.join(directory, name + ".txt"), "w") as out:
        out.write(head + tail.split("end of parameters\n")[1])
    values = model.predict(rows)
    if parameters["objective"] == "binary":
        values = np.stack([1 - values, values], axis=1)
    want(name, values, "%.17g")


high = (target > target.median()).astype(int)
probability = 1 / (1 + np.exp(-target))
save_xgboost("squared", {}, numbers, target)
save_xgboost("binary", {"objective": "binary:logistic"}, numbers, high)
save_xgboost(
    "softprob", {"objective": "multi:softprob", "num_class": 3}, numbers, classes, 2
)
save_xgboost("dart", {"booster": "dart", "rate_drop": 0.5}, numbers, target)
save_xgboost("linear", {"booster": "gblinear"}, filled, target)
save_xgboost("poisson", {"objective": "count:poisson"}, numbers, np.floor(np.exp(target / 3)))
save_xgboost("forest", {"num_parallel_tree": 3, "subsample": 0.5}, numbers, target, 1)
if xgboost.__version__ > "2":
    save_xgboost(
        "words", {"max_cat_to_onehot": 1}, rows, target, enable_categorical=True
    )
save_stopped()
save_lightgbm("regression", {"objective": "regression"}, target)
save_lightgbm("sqrt", {"objective": "regression", "reg_sqrt": True}, target)
save_lightgbm("gamma", {"objective": "gamma"}, np.exp(target / 3))
save_lightgbm("binary", {"objective": "binary", "sigmoid": 2.0}, high)
save_lightgbm("multiclass", {"objective": "multiclass", "num_class": 3}, classes)
save_lightgbm("ova", {"objective": "multiclassova", "num_class": 3}, classes)
save_lightgbm("entropy", {"objective": "cross_entropy"}, probability)
save_lightgbm("zero", {"objective": "regression", "zero_as_missing": True}, target)
save_lightgbm("nomissing", {"objective": "regression", "use_missing": False}, target)
save_lightgbm(
    "forest",
    {"objective": "regression", "boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1},
    target,
)
