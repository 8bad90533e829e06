"""SHA-256 taken up again from a digest, as whoever forges by length extension does: nothing of the secret is needed."""

import struct

MASK = 0xFFFFFFFF


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


ROUNDS = [int(prime ** (1 / 3) % 1 * 2**32) for prime in _primes(64)]


def padding(length: int) -> bytes:
    """What SHA-256 adds to a message of that many bytes."""
    return b"\x80" + bytes((55 - length) % 64) + struct.pack(">Q", length * 8)


def extended(digest: str, length: int, suffix: bytes) -> str:
    """The digest of (a message of ``length`` bytes that has ``digest``) + its padding + ``suffix``."""
    state = list(struct.unpack(">8I", bytes.fromhex(digest)))
    before = length + len(padding(length))
    rest = suffix + padding(before + len(suffix))
    for start in range(0, len(rest), 64):
        state = _compress(state, rest[start : start + 64])
    return struct.pack(">8I", *state).hex()


def _turn(word: int, by: int) -> int:
    return (word >> by | word << (32 - by)) & MASK


def _compress(state: list[int], block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for n in range(16, 64):
        low = _turn(words[n - 15], 7) ^ _turn(words[n - 15], 18) ^ words[n - 15] >> 3
        high = _turn(words[n - 2], 17) ^ _turn(words[n - 2], 19) ^ words[n - 2] >> 10
        words.append((words[n - 16] + low + words[n - 7] + high) & MASK)
    a, b, c, d, e, f, g, h = state
    for constant, word in zip(ROUNDS, words, strict=True):
        first = h + (_turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25)) + (e & f ^ ~e & g) + constant + word
        second = (_turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (first + second) & MASK, a, b, c, (d + first) & MASK, e, f, g
    return [(old + new) & MASK for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
