"""Makes Tests/Fixtures/tables/*.csv, scikit-learn's sets, and Tests/Fixtures/data_values.json: what scikit-learn
makes of tables, PIL of pictures and NumPy of its own files.

    python tools/parity/data_values.py        (needs scikit-learn, pillow and numpy)
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"
TABLES = FIXTURES / "tables"


def text(value):
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def write_table(name, data, target, names=None):
    """A CSV file of one of scikit-learn's sets, the target last."""
    header = list(data.feature_names) + [target]
    rows = [
        [text(x) for x in row] + [names[int(y)] if names is not None else text(y)]
        for row, y in zip(data.data, data.target)
    ]
    lines = [",".join(header)] + [",".join(row) for row in rows]
    (TABLES / f"{name}.csv").write_text("\n".join(lines) + "\n")


def table_values():
    TABLES.mkdir(exist_ok=True)
    iris, wine = datasets.load_iris(), datasets.load_wine()
    cancer, diabetes = datasets.load_breast_cancer(), datasets.load_diabetes(scaled=False)
    write_table("iris", iris, "species", iris.target_names)
    write_table("wine", wine, "cultivar")
    write_table("breast-cancer", cancer, "diagnosis", cancer.target_names)
    write_table("diabetes", diabetes, "progression")
    result = {}
    for name, data in [("iris", iris), ("wine", wine), ("breast-cancer", cancer), ("diabetes", diabetes)]:
        # Every third row is held back from what the scaler sees.
        training = [i for i in range(len(data.data)) if i % 3]
        scaler = StandardScaler().fit(data.data[training])
        result[name] = {
            "rows": len(data.data),
            "mean": scaler.mean_.tolist(),
            "deviation": scaler.scale_.tolist(),
            "first": scaler.transform(data.data[:4]).tolist(),
        }
    return result


def mixed_values():
    """A table with categories and missing values, written to mixed.csv; every fourth row is held back."""
    generator = np.random.default_rng(3)
    colours = np.array(["red", "green", "blue, light", 'dark "grey"'], dtype=object)
    rows = []
    for _ in range(60):
        size, weight = round(float(generator.normal(5, 2)), 3), int(generator.integers(10, 90))
        colour = colours[generator.integers(0, 4)]
        label = "big" if size + 0.05 * weight > 7.5 else "small"
        rows.append([size, weight, colour, label])
    for row in rows:
        for place, share in [(0, 0.15), (1, 0.1), (2, 0.1)]:
            if generator.random() < share:
                row[place] = None
    marks = ["", "NA", "?", "NaN", "null"]
    quote = lambda t: '"' + t.replace('"', '""') + '"' if any(c in t for c in ',"') else t
    lines = ["size,weight,colour,label"]
    for line, row in enumerate(rows):
        lines.append(",".join(
            marks[(line + place) % 5] if value is None else quote(str(value))
            for place, value in enumerate(row)))
    (TABLES / "mixed.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode())
    table = np.array([row[:3] for row in rows], dtype=object)
    numbers = table[:, :2].astype(float)
    table = np.concatenate([numbers.astype(object), table[:, 2:]], axis=1)
    training = [i for i in range(len(rows)) if i % 4]
    pipeline = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="mean"), StandardScaler()), [0, 1]),
        ("categories", make_pipeline(
            SimpleImputer(missing_values=None, strategy="most_frequent"),
            OneHotEncoder(handle_unknown="ignore", sparse_output=False)), [2]),
    ])
    pipeline.fit(table[training])
    return {"inputs": pipeline.transform(table).astype(float).tolist()}


def encoded(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def seen(content):
    """What PIL sees, upright and over white."""
    from PIL import ImageOps
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.mode in ("LA", "RGBA") or "transparency" in image.info:
        is_grey = image.mode == "LA"
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = image.convert("L" if is_grey else "RGB")
    elif image.mode in ("I;16", "I"):
        values = np.asarray(image).astype(np.float64)
        image = Image.fromarray(np.round(values / 257).astype(np.uint8))
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return image


def interlaced(pixels):
    """A grey PNG file of 8×8 in Adam7's seven passes, which PIL does not write."""
    import struct
    import zlib
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x, y, dx, dy in passes:
        part = pixels[y::dy, x::dx]
        for row in part if part.size else []:
            rows += b"\0" + bytes(row.tolist())
    chunk = lambda n, c: struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture_values():
    y, x = np.mgrid[0:8, 0:12]
    smooth = np.stack([x * 20, y * 30, 255 - x * 10 - y * 10], axis=-1).astype(np.uint8)
    colour, grey = Image.fromarray(smooth), Image.fromarray(smooth[:, :, 1] // 2 + smooth[:, :, 0] // 2)
    alpha = Image.fromarray(np.concatenate([smooth, (x * 23 % 256)[..., None].astype(np.uint8)], axis=-1))
    wide = Image.fromarray((np.arange(96).reshape(8, 12) * 679).astype(np.uint16))
    files = {
        "colour.png": encoded(colour, "PNG"),
        "grey.png": encoded(grey, "PNG"),
        "alpha.png": encoded(alpha, "PNG"),
        "grey-alpha.png": encoded(Image.merge("LA", [grey, alpha.getchannel("A")]), "PNG"),
        "palette.png": encoded(colour.convert("P", palette=Image.Palette.ADAPTIVE, colors=16), "PNG"),
        "bits.png": encoded(grey.point(lambda v: 255 * (v > 128)).convert("1"), "PNG"),
        "sixteen.png": encoded(wide, "PNG"),
        "interlaced.png": interlaced((np.arange(64).reshape(8, 8) * 4).astype(np.uint8)),
        "colour.jpg": encoded(colour, "JPEG", quality=95),
        "progressive.jpg": encoded(colour, "JPEG", quality=90, progressive=True),
        "fine.jpg": encoded(colour, "JPEG", quality=95, subsampling=0),
        "grey.jpg": encoded(grey, "JPEG", quality=95),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"turned-{orientation}.jpg"] = encoded(colour, "JPEG", quality=95, subsampling=0, exif=exif)
    result = {}
    for name, content in files.items():
        image = seen(content)
        result[name] = {
            "file": base64.b64encode(content).decode(),
            "width": image.width, "height": image.height, "channels": len(image.getbands()),
            "pixels": base64.b64encode(image.tobytes()).decode(),
        }
    result["resized"] = {
        f"{w}x{h}": base64.b64encode(
            colour.resize((w, h), Image.Resampling.BILINEAR).tobytes()).decode()
        for w, h in [(6, 4), (5, 3), (24, 16), (7, 13), (1, 1)]}
    return result


def saved(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    return base64.b64encode(buffer.getvalue()).decode()


def numpy_values():
    base = np.arange(-6, 6).reshape(3, 4)
    result = []
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "b1"]:
        for order in "<>":
            values = (base % 2 == 0) if code == "b1" else base.astype(code[0] + code[1])
            array = values.astype(np.dtype(order + code))
            result.append({"file": saved(array), "shape": [3, 4], "values": array.astype(float).ravel().tolist()})
    fortran = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    result.append({"file": saved(fortran), "shape": [2, 3, 4], "values": fortran.ravel().tolist()})
    for version in [(1, 0), (2, 0), (3, 0)]:
        result.append({"file": saved(np.array([1.5, -2.5]), version), "shape": [2], "values": [1.5, -2.5]})
    result.append({"file": saved(np.array(7, dtype=np.int32)), "shape": [], "values": [7]})
    result.append({"file": saved(np.zeros((0, 3))), "shape": [0, 3], "values": []})
    return result


values = {
    "tables": table_values(), "mixed": mixed_values(), "pictures": picture_values(), "numpy": numpy_values(),
    "numpy_refused": [saved(np.array([1 + 2j])), saved(np.array([1], dtype=np.uint64)), saved(np.array(["a"]))],
}
(FIXTURES / "data_values.json").write_text(json.dumps(values, separators=(",", ":")) + "\n")
