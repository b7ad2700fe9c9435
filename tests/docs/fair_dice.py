"""Checks a record by hand: python fair_dice.py RECORD [COMMITMENT].  Nothing of Lambda Arcade is imported."""

import hmac
import json
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random


def mac(key, message):
    return hmac.digest(key, message.encode(), "sha256")


def faces(secret, throw):
    for block in count():
        yield from (byte % 6 + 1 for byte in mac(secret, f"{throw}/{block}") if byte < 252)


record = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
pledge = record["pledge"]
secret = bytes.fromhex(pledge["secret"])
commitment = sys.argv[2] if len(sys.argv) > 2 else pledge["commitment"]
if sha256(secret).hexdigest() != commitment:
    sys.exit("the secret is not the one that was promised")
seed = int.from_bytes(mac(secret, f"seed/{pledge['word']}")[:8], "big") >> 1
if seed != record["seed"]:
    sys.exit("the seed does not follow from secret and word")
for turn in record["turns"]:
    told = f"seal/{turn['step']}/{turn['player']}/{turn['action']}"
    if "seal" in turn and turn["seal"] != mac(secret, told).hex():
        sys.exit(f"not what was sealed: {turn['action']}")
print("the promise was kept")  # noqa: T201
if record["game"] == "backgammon":
    dice = Random(seed).getrandbits(256).to_bytes(32, "big")
    for throw in range(10):
        thrown = faces(dice, throw)
        print(f"throw {throw}:", next(thrown), next(thrown))  # noqa: T201
