"""MTCNN and dlib's ResNet-29 on onnxruntime, numpy and OpenCV: what a careful Python programmer would write.

The same ONNX files as likeness uses. One P-Net call a pyramid level, R- and O-Net over all candidates of a photo in one
call, vectorised suppression, crops with OpenCV. Options have the meaning of likeness' own.
"""
import os
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

# Positions of MTCNN's five points in dlib's 150-pixel chip (the template of the card dlib-resnet29).
TEMPLATE = np.array([[47.452, 46.614], [102.111, 46.428], [74.928, 77.123], [52.470, 104.324], [97.319, 104.266]])


def models_folder():
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("LIKENESS_MODELS") or cache / "likeness" / "models")


def session(name, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(models_folder() / name), options, providers=["CPUExecutionProvider"])


def load(path, long_side):
    """RGB pixels, upright, shrunk so that the longer side is at most `long_side` (0: as stored)."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: OpenCV cannot read it")
    shrink = long_side / max(image.shape[:2]) if long_side else 1.0
    if shrink < 1:
        image = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def suppress(boxes, scores, overlap, by_smaller=False):
    """Greedy suppression; indices of what stays, best first. Boxes are x1, y1, x2, y2."""
    order = np.argsort(-scores, kind="stable")
    x1, y1, x2, y2 = boxes[order].T
    area = (x2 - x1) * (y2 - y1)
    alive, kept = np.ones(len(order), bool), []
    for i in range(len(order)):
        if not alive[i]:
            continue
        kept.append(i)
        rest = i + 1 + np.flatnonzero(alive[i + 1:])
        w = np.minimum(x2[i], x2[rest]) - np.maximum(x1[i], x1[rest])
        h = np.minimum(y2[i], y2[rest]) - np.maximum(y1[i], y1[rest])
        common = np.maximum(w, 0) * np.maximum(h, 0)
        whole = np.minimum(area[i], area[rest]) if by_smaller else area[i] + area[rest] - common
        alive[rest[common > overlap * whole]] = False
    return order[kept]


def calibrate(boxes, offsets):
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return boxes + offsets * np.stack([w, h, w, h], axis=1)


def square(boxes):
    side = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) / 2
    cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return np.stack([cx - side, cy - side, cx + side, cy + side], axis=1)


def crops(image, boxes, size):
    """[n, 3, size, size], scaled as the networks expect; pixels outside the image are black."""
    height, width = image.shape[:2]
    out = np.empty((len(boxes), size, size, 3), np.uint8)
    for k, box in enumerate(np.rint(boxes).astype(int)):
        x1, y1 = box[0], box[1]
        x2, y2 = max(box[2], x1 + 1), max(box[3], y1 + 1)
        cut = image[max(y1, 0):min(y2, height), max(x1, 0):min(x2, width)]
        if cut.size == 0:
            out[k] = 0
            continue
        margins = (max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0))
        if any(margins):
            cut = cv2.copyMakeBorder(cut, *margins, cv2.BORDER_CONSTANT, value=0)
        out[k] = cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA)
    return scaled(out)


def scaled(pixels):
    return np.ascontiguousarray(((pixels.astype(np.float32) - 127.5) / 128).transpose(0, 3, 1, 2))


class Detector:
    def __init__(self, threads, min_face=20, thresholds=(0.6, 0.7, 0.7), factor=0.709):
        self.min_face, self.thresholds, self.factor = min_face, thresholds, factor
        self.p, self.r, self.o = (session(f"mtcnn-{n}net.onnx", threads) for n in "pro")

    def candidates(self, image):
        height, width = image.shape[:2]
        boxes, scores = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)]
        scale = 12 / self.min_face
        while min(height, width) * scale >= 12:
            w, h = int(np.ceil(width * scale)), int(np.ceil(height * scale))
            level = cv2.resize(image, (w, h), interpolation=cv2.INTER_AREA)
            probability, offsets = self.p.run(["prob", "box"], {"input": scaled(level[None])})
            y, x = np.nonzero(probability[0, 1] >= self.thresholds[0])
            if len(y):
                corner = 2 * np.stack([x, y], axis=1).astype(np.float32)
                found = np.concatenate([corner, corner + 12], axis=1) / np.array([w / width, h / height] * 2, np.float32)
                score = probability[0, 1, y, x]
                keep = suppress(found, score, 0.5)
                boxes.append(calibrate(found[keep], offsets[0, :, y, x][keep]))
                scores.append(score[keep])
            scale *= self.factor
        boxes, scores = np.concatenate(boxes), np.concatenate(scores)
        keep = suppress(boxes, scores, 0.7)
        return square(boxes[keep])

    def __call__(self, image):
        """Boxes [n, 4] (x1, y1, x2, y2), scores [n], points [n, 5, 2], best first."""
        none = np.empty((0, 4)), np.empty(0), np.empty((0, 5, 2))
        boxes = self.candidates(image)
        if not len(boxes):
            return none
        probability, offsets = self.r.run(["prob", "box"], {"input": crops(image, boxes, 24)})
        good = probability[:, 1] >= self.thresholds[1]
        boxes, score, offsets = boxes[good], probability[good, 1], offsets[good]
        keep = suppress(boxes, score, 0.7)
        boxes = square(calibrate(boxes[keep], offsets[keep]))
        if not len(boxes):
            return none
        probability, offsets, points = self.o.run(["prob", "box", "points"], {"input": crops(image, boxes, 48)})
        good = probability[:, 1] >= self.thresholds[2]
        boxes, score, offsets, points = boxes[good], probability[good, 1], offsets[good], points[good]
        side = np.stack([boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]], axis=1)
        points = boxes[:, None, :2] + side[:, None] * points.reshape(-1, 2, 5).transpose(0, 2, 1)
        boxes = calibrate(boxes, offsets)
        keep = suppress(boxes, score, 0.7, by_smaller=True)
        return boxes[keep], score[keep], points[keep]


def similarity(points, template):
    """The least-squares similarity (Umeyama 1991, without reflection) as a 2 x 3 matrix."""
    a, b = points - points.mean(0), template - template.mean(0)
    u, d, vt = np.linalg.svd(b.T @ a / len(a))
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    turn = u @ np.diag(sign) @ vt
    scale = (d * sign).sum() / (a ** 2).sum(1).mean()
    return np.hstack([scale * turn, (template.mean(0) - scale * turn @ points.mean(0))[:, None]])


def align(image, points, size=150):
    """Chips [n, size, size, 3], uint8. Pixel centres lie at +0.5 in likeness, at +0 in OpenCV."""
    out = np.empty((len(points), size, size, 3), np.uint8)
    for k, p in enumerate(points):
        out[k] = cv2.warpAffine(image, similarity(p - 0.5, TEMPLATE), (size, size), flags=cv2.INTER_LINEAR)
    return out


class Embedder:
    def __init__(self, threads, batch=16):
        self.network, self.batch = session("dlib-resnet29.onnx", threads), batch

    def __call__(self, chips):
        """Vectors [n, 128] of chips [n, 150, 150, 3] (uint8, RGB), not normalised."""
        out = [np.empty((0, 128), np.float32)]
        for at in range(0, len(chips), self.batch):
            pixels = np.ascontiguousarray(chips[at:at + self.batch].transpose(0, 3, 1, 2), dtype=np.float32)
            out.append(self.network.run(None, {"input": pixels})[0])
        return np.concatenate(out)
