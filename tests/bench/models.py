"""models - forests for sscore and its peers, written as XGBoost and LightGBM
write theirs, so that a benchmark without them runs: 100 trees of depth 6 over
20 features, splits and leaves drawn by the seed.

Thresholds have a digit more than the data, and so no ties.
"""
import json
import random

TREES = 100
DEPTH = 6
FEATURES = 20
LEAVES = 1 << DEPTH


def tree(r):
    """Features and thresholds of the inner nodes, level by level, and the
    values of the leaves, from left to right."""
    inner = range(LEAVES - 1)
    return ([r.randrange(FEATURES) for _ in inner],
            [round(r.uniform(-2, 2), 4) + 0.00005 for _ in inner],
            [r.uniform(-0.1, 0.1) for _ in range(LEAVES)])


def words(numbers):
    return " ".join("%.9g" % v for v in numbers)


def lightgbm(path, seed):
    r = random.Random("forest %d" % seed)
    inner = LEAVES - 1
    names = ["f%d" % i for i in range(FEATURES)]
    # Child k of a node: inner node k, or leaf ~k.
    left = [2 * i + 1 for i in range(inner)]
    right = [2 * i + 2 for i in range(inner)]
    child = [[c if c < inner else ~(c - inner) for c in side]
             for side in (left, right)]
    texts = []
    for number in range(TREES):
        features, thresholds, leaves = tree(r)
        texts.append("\n".join((
            "Tree=%d" % number, "num_leaves=%d" % LEAVES, "num_cat=0",
            "split_feature=" + words(features),
            "split_gain=" + words([1] * inner),
            "threshold=" + words(thresholds),
            "decision_type=" + words([2] * inner),
            "left_child=" + words(child[0]),
            "right_child=" + words(child[1]),
            "leaf_value=" + words(leaves),
            "leaf_weight=" + words([1] * LEAVES),
            "leaf_count=" + words([1] * LEAVES),
            "internal_value=" + words([0] * inner),
            "internal_weight=" + words([1] * inner),
            "internal_count=" + words([2] * inner),
            "is_linear=0", "shrinkage=1", "", "", "")))
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join((
            "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1",
            "label_index=0", "max_feature_idx=%d" % (FEATURES - 1),
            "objective=regression", "feature_names=" + " ".join(names),
            "feature_infos=" + " ".join(["[-2:2]"] * FEATURES),
            "tree_sizes=" + words(len(t) for t in texts), "", "")))
        out.write("".join(texts))
        out.write("end of trees\n\nfeature_importances:\n\nparameters:\n"
                  "end of parameters\n\npandas_categorical:null\n")


def xgboost_tree(r, number):
    features, thresholds, leaves = tree(r)
    nodes = 2 * LEAVES - 1
    inner = LEAVES - 1
    zeros = [0] * nodes
    return {
        "base_weights": [0.0] * nodes, "categories": [],
        "categories_nodes": [], "categories_segments": [],
        "categories_sizes": [], "default_left": zeros, "id": number,
        "left_children": [2 * i + 1 if i < inner else -1
                          for i in range(nodes)],
        "loss_changes": [0.0] * nodes,
        "parents": [(i - 1) // 2 if i else 2147483647 for i in range(nodes)],
        "right_children": [2 * i + 2 if i < inner else -1
                           for i in range(nodes)],
        "split_conditions": thresholds + leaves,
        "split_indices": features + [0] * LEAVES, "split_type": zeros,
        "sum_hessian": [1.0] * nodes,
        "tree_param": {"num_deleted": "0", "num_feature": str(FEATURES),
                       "num_nodes": str(nodes), "size_leaf_vector": "0"}}


def xgboost(path, seed):
    r = random.Random("forest %d" % seed)
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1",
                               "num_trees": str(TREES),
                               "size_leaf_vector": "0"},
        "tree_info": [0] * TREES,
        "trees": [xgboost_tree(r, k) for k in range(TREES)]}
    learner = {
        "attributes": {},
        "feature_names": ["f%d" % i for i in range(FEATURES)],
        "feature_types": ["float"] * FEATURES,
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": {
            "base_score": "5E-1", "boost_from_average": "1", "num_class": "0",
            "num_feature": str(FEATURES), "num_target": "1"},
        "objective": {"name": "reg:squarederror",
                      "reg_loss_param": {"scale_pos_weight": "1"}}}
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"learner": learner, "version": [1, 7, 6]}, out)


KINDS = {"lightgbm": lightgbm, "xgboost": xgboost}
