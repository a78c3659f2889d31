#!/usr/bin/env python3
"""Builds reproducible images out of random bytes and pushes them to a registry over its v2 API.

usage: mkimage.py REGISTRY samples
       mkimage.py REGISTRY NAME:TAG [--layers N] [--size 20M,40M] [--seed N] [--base-layers N]
                  [--base-seed N] [--arch A | --index A,B] [--oci] [--user NAME:PASSWORD]

Prints "name:tag digest" for every image. The same arguments give the same digest on every machine;
an image that is there already is not pushed again. A layer is made while it is sent, so an image
may be far larger than the memory.
"""
import argparse
import base64
import hashlib
import http.client
import json
import os
import re
import sys
import tarfile
import zlib

# Part of every image's fingerprint: raise it when the same arguments would give other bytes.
RECIPE = 1
LABEL = "dev.pullcast.sample"
CREATED = "2024-01-01T00:00:00Z"
MIB = 1 << 20

SAMPLES = [  # one base layer of half a MiB is shared by all of them
    ("demo/tiny:1", ["512K"]),
    ("demo/web:1", ["3584K", "8M"]),
    ("demo/api:1", ["1536K", "8M", "12M", "18M"]),
    ("demo/data:1", ["19968K", "60M", "120M"]),
]
SAMPLE_BASE = "512K"

DOCKER_TYPES = {
    "manifest": "application/vnd.docker.distribution.manifest.v2+json",
    "config": "application/vnd.docker.container.image.v1+json",
    "layer": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "index": "application/vnd.docker.distribution.manifest.list.v2+json",
}
OCI_TYPES = {
    "manifest": "application/vnd.oci.image.manifest.v1+json",
    "config": "application/vnd.oci.image.config.v1+json",
    "layer": "application/vnd.oci.image.layer.v1.tar+gzip",
    "index": "application/vnd.oci.image.index.v1+json",
}


class Failure(Exception):
    """A sentence for the user."""

    exit_code = 1


class Misuse(Failure):
    exit_code = 64


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def bytes_of(size):
    match = re.fullmatch(r"(\d+)([KMG]?)", size.strip().upper())
    if not match:
        raise Misuse(f"size {size!r} is not a number with K, M or G, such as 20M")
    return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2]]


class Layer:
    """A gzipped tar with one file of random bytes, made as it is read.

    Gzip's stored blocks are written by hand: a compressor's output differs between its versions,
    random bytes would not shrink anyway, and the length is known before the first byte is sent.
    """

    BLOCK = 65535
    CHUNK = 16 * BLOCK

    def __init__(self, seed, number, size):
        self.key = (seed, number, size)
        entry = tarfile.TarInfo(f"data/{seed}-{number}.bin")
        entry.size = size
        entry.mtime = 1704067200
        self._head = entry.tobuf(tarfile.USTAR_FORMAT)
        self._tail = bytes(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)
        tar_length = len(self._head) + size + len(self._tail)
        blocks = -(-tar_length // self.BLOCK) + 1
        self.length = 10 + tar_length + 5 * blocks + 8
        self.diff_id = None
        self.digest = None

    def _tar(self):
        seed, number, size = self.key
        yield self._head
        for position in range(0, size, MIB):
            name = f"{RECIPE}/{seed}/{number}/{position}".encode()
            yield hashlib.shake_128(name).digest(min(MIB, size - position))
        yield self._tail

    def _tar_in_whole_blocks(self):
        held = bytearray()
        for piece in self._tar():
            held += piece
            while len(held) >= self.CHUNK:
                yield bytes(held[: self.CHUNK])
                del held[: self.CHUNK]
        yield bytes(held)

    def __iter__(self):
        tar_hash, gzip_hash, crc, length = hashlib.sha256(), hashlib.sha256(), 0, 0

        def out(data):
            gzip_hash.update(data)
            return data

        yield out(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
        for chunk in self._tar_in_whole_blocks():
            tar_hash.update(chunk)
            crc = zlib.crc32(chunk, crc)
            length += len(chunk)
            yield out(b"".join(self._stored(chunk)))
        yield out(b"\x01\0\0\xff\xff")
        yield out(crc.to_bytes(4, "little") + (length % (1 << 32)).to_bytes(4, "little"))
        self.diff_id = "sha256:" + tar_hash.hexdigest()
        self.digest = "sha256:" + gzip_hash.hexdigest()

    def _stored(self, chunk):
        for start in range(0, len(chunk), self.BLOCK):
            block = chunk[start : start + self.BLOCK]
            yield b"\0" + len(block).to_bytes(2, "little") + (len(block) ^ 0xFFFF).to_bytes(2, "little")
            yield block


class Registry:
    def __init__(self, address, user):
        self.address = re.sub(r"^http://", "", address).rstrip("/")
        self.headers = {}
        if user:
            self.headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
        self.connection = http.client.HTTPConnection(self.address, timeout=120)
        self.pushed = {}

    def call(self, method, path, expected, body=None, headers=None):
        try:
            self.connection.request(method, path, body, {**self.headers, **(headers or {})})
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as problem:
            raise Failure(f"no answer from the registry at {self.address} ({problem}). Is it running?") from problem
        if response.status == 401:
            raise Failure(f"the registry at {self.address} refused the login. Give --user NAME:PASSWORD.")
        if response.status not in expected:
            text = content[:500].decode(errors="replace")
            raise Failure(f"{method} {path} at {self.address} was answered {response.status}: {text}")
        return response, content

    def start_upload(self, name, query=""):
        """Returns None when the query asked for a mount and the registry granted it."""
        response, _ = self.call("POST", f"/v2/{name}/blobs/uploads/{query}", (201, 202), headers={"Content-Length": "0"})
        return None if response.status == 201 else self.local_path(response.headers["Location"])

    def end_upload(self, path, digest, body=b""):
        joint = "&" if "?" in path else "?"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(body))}
        self.call("PUT", f"{path}{joint}digest={digest}", (201,), body, headers)

    @staticmethod
    def local_path(location):
        return re.sub(r"^https?://[^/]+", "", location)

    def push_blob(self, name, data):
        self.end_upload(self.start_upload(name), digest_of(data), data)

    def push_layer(self, name, layer):
        known = self.pushed.get(layer.key)
        if known:
            home, layer.digest, layer.diff_id = known
            if home == name or self.start_upload(name, f"?mount={layer.digest}&from={home}") is None:
                return
        path = self.start_upload(name)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(layer.length)}
        response, _ = self.call("PATCH", path, (202,), iter(layer), headers)
        self.end_upload(self.local_path(response.headers["Location"]), layer.digest)
        self.pushed[layer.key] = (name, layer.digest, layer.diff_id)

    def push_manifest(self, name, reference, manifest):
        headers = {"Content-Type": json.loads(manifest)["mediaType"]}
        self.call("PUT", f"/v2/{name}/manifests/{reference}", (201,), manifest, headers)

    def digest_if_same(self, name, tag, fingerprint):
        """The digest of name:tag if it was made from the same arguments, else None."""
        accept = {"Accept": ", ".join([*DOCKER_TYPES.values(), *OCI_TYPES.values()])}
        response, content = self.call("GET", f"/v2/{name}/manifests/{tag}", (200, 404), headers=accept)
        if response.status == 404:
            return None
        manifest = json.loads(content)
        if "manifests" in manifest:
            first = manifest["manifests"][0]["digest"]
            manifest = json.loads(self.call("GET", f"/v2/{name}/manifests/{first}", (200,), headers=accept)[1])
        if "config" not in manifest:
            return None
        _, config = self.call("GET", f"/v2/{name}/blobs/{manifest['config']['digest']}", (200,))
        labels = json.loads(config).get("config", {}).get("Labels") or {}
        return digest_of(content) if labels.get(LABEL) == fingerprint else None


class Image:
    def __init__(self, reference, layers, platforms, index, oci):
        self.name, _, tag = reference.partition(":")
        self.tag = tag or "latest"
        if not re.fullmatch(r"[a-z0-9]+([._/-]+[a-z0-9]+)*", self.name) or not re.fullmatch(r"\w[\w.-]{0,127}", self.tag):
            raise Misuse(f"{reference!r} is not NAME:TAG (without a registry), such as demo/web:1")
        self.layers = layers
        self.platforms = platforms
        self.index = index
        self.types = OCI_TYPES if oci else DOCKER_TYPES
        recipe = [RECIPE, layers, platforms, index, oci]
        self.fingerprint = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()

    def push(self, registry):
        digest = registry.digest_if_same(self.name, self.tag, self.fingerprint)
        if digest:
            print(f"mkimage: {self.name}:{self.tag} is there already", file=sys.stderr)
            return digest
        size = sum(size for _, _, size in self.layers) * len(self.platforms) / MIB
        print(f"mkimage: pushing {self.name}:{self.tag} ({size:.1f} MiB in {len(self.layers)} layers)", file=sys.stderr)
        if not self.index:
            manifest = self.push_platform(registry, self.platforms[0])
            registry.push_manifest(self.name, self.tag, manifest)
            return digest_of(manifest)
        entries = []
        for platform in self.platforms:
            manifest = self.push_platform(registry, platform)
            registry.push_manifest(self.name, digest_of(manifest), manifest)
            entries.append({**self.described("manifest", manifest), "platform": self.platform(platform)})
        index = self.document({"schemaVersion": 2, "mediaType": self.types["index"], "manifests": entries})
        registry.push_manifest(self.name, self.tag, index)
        return digest_of(index)

    def push_platform(self, registry, platform):
        layers = []
        for seed, number, size in self.layers:
            # The platforms of an index would otherwise share every layer.
            layer = Layer(f"{seed}-{platform.replace('/', '-')}" if self.index else seed, number, size)
            registry.push_layer(self.name, layer)
            layers.append(layer)
        config = self.document({
            **self.platform(platform),
            "created": CREATED,
            "config": {"Cmd": ["/none"], "Labels": {LABEL: self.fingerprint}},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created": CREATED, "created_by": "mkimage"} for _ in layers],
        })
        registry.push_blob(self.name, config)
        return self.document({
            "schemaVersion": 2,
            "mediaType": self.types["manifest"],
            "config": self.described("config", config),
            "layers": [
                {"mediaType": self.types["layer"], "size": layer.length, "digest": layer.digest} for layer in layers
            ],
        })

    @staticmethod
    def document(content):
        return json.dumps(content, separators=(",", ":")).encode()

    def described(self, kind, data):
        return {"mediaType": self.types[kind], "size": len(data), "digest": digest_of(data)}

    @staticmethod
    def platform(text):
        architecture, _, variant = text.partition("/")
        return {"architecture": architecture, "os": "linux", **({"variant": variant} if variant else {})}


def samples():
    for number, (reference, sizes) in enumerate(SAMPLES, start=1):
        own = [(str(number), position, bytes_of(size)) for position, size in enumerate(sizes, start=1)]
        yield Image(reference, [("base", 0, bytes_of(SAMPLE_BASE)), *own], ["amd64"], False, False)


def one_image(options):
    sizes = [bytes_of(size) for size in options.size.split(",")]
    layers = []
    for number in range(options.layers):
        seed = options.base_seed if number < options.base_layers else options.seed
        layers.append((seed, number, sizes[number % len(sizes)]))
    platforms = options.index.split(",") if options.index else [options.arch]
    return Image(options.image, layers, platforms, bool(options.index), options.oci)


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"mkimage: {message}\n{self.format_usage()}")


def arguments():
    parser = Arguments(prog="mkimage.py", description="Pushes reproducible images to a registry.")
    parser.add_argument("registry", help="host:port, plain HTTP")
    parser.add_argument("image", help='NAME:TAG, or "samples" for the sample images')
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--size", default="1M", help="of each layer, used in turn: 20M,40M")
    parser.add_argument("--seed", default="1", help="another seed gives other bytes")
    parser.add_argument("--base-layers", type=int, default=0, help="that many first layers come from the base seed")
    parser.add_argument("--base-seed", default="base")
    parser.add_argument("--arch", default="amd64")
    parser.add_argument("--index", default="", help="platforms of a multi-platform image: amd64,arm64/v8")
    parser.add_argument("--oci", action="store_true", help="OCI media types instead of Docker's")
    parser.add_argument("--user", default=os.environ.get("PULLCAST_DEV_REGISTRY_AUTH", ""), metavar="NAME:PASSWORD")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        registry = Registry(options.registry, options.user)
        for image in samples() if options.image == "samples" else [one_image(options)]:
            print(f"{image.name}:{image.tag} {image.push(registry)}", flush=True)
    except Failure as failure:
        print(f"mkimage: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
