#!/usr/bin/env python3
"""Are two photos of one person, with face_recognition: verify_face_recognition.py A B. For the start-up comparison."""
import json
import sys

import face_recognition


def vector(path):
    faces = face_recognition.face_encodings(face_recognition.load_image_file(path))
    return faces[0] if faces else sys.exit(f"no face in {path}")


distance = float(face_recognition.face_distance([vector(sys.argv[1])], vector(sys.argv[2]))[0])
print(json.dumps({"distance": round(distance, 4), "same": distance < 0.6}))
