"""Plots how a call's time grows with the batch and with the length of sequences: docs/growth.png.

    python tools/bench/growth.py [--models DIR] [--output docs/growth.png]

Needs TensorFlow (which makes the models) and Pillow; took less than four minutes on two busy processors. Each figure is
the median of three rounds of `posthorn bench`; all sizes of a series are timed by one process, the largest first. Beside each
series stands its slope, by least squares over the larger half of the sizes: 1 is a time that doubles with the size.
"""
import argparse
import json
import math
import os
import subprocess

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BATCHES = [1, 2, 4, 8, 16, 32, 64]
LENGTHS = [32, 64, 128, 256, 512, 1024]
#: Milliseconds of a processor before anything is timed.
WARM = 6000
COLORS = {'convolutions': 'crimson', 'lstm': 'royalblue', 'attention': 'seagreen'}


def models(directory):
    """Made where they are missing: a convolutional network, an LSTM and a Transformer layer for any length."""
    os.makedirs(directory, exist_ok=True)
    made = {}
    for name in ('convolutions', 'lstm', 'attention'):
        made[name] = f'{directory}/{name}.keras'
    if all(map(os.path.exists, made.values())):
        return made
    os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
    import keras
    from keras import layers as L
    keras.utils.set_random_seed(1)
    keras.applications.MobileNetV2(weights=None, input_shape=(96, 96, 3)).save(made['convolutions'])
    keras.Sequential([L.Input((None, 64)), L.LSTM(128, return_sequences=True), L.LSTM(128)]).save(made['lstm'])
    i = L.Input((None, 128))
    x = L.LayerNormalization()(i + L.MultiHeadAttention(4, 32)(i, i))
    keras.Model(i, L.LayerNormalization()(x + L.Dense(128)(L.Dense(512, activation='gelu')(x)))).save(made['attention'])
    return made


def milliseconds(model, sizes):
    """The milliseconds of a call for each (batch, length)."""
    batch, length = sizes[-1]
    command = [f'{HOME}/posthorn', 'bench', model, '--batch', str(batch), '--length', str(length), '--serve']
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def said(what):
        p.stdin.write(what + '\n')
        p.stdin.flush()
        return p.stdout.readline()

    try:
        while not p.stdout.readline().startswith('ready'):
            if p.poll() is not None:
                raise SystemExit(f'growth: expected a server but was one that ended, at {" ".join(command)}')
        spent = 0
        while spent < WARM:  # until it is compiled
            r = json.loads(said('run 0.5'))
            spent += r['cpu_ms'] * r['calls']
        times = []
        for batch, length in reversed(sizes):
            p.stdin.write(f'size {batch} {length}\n')
            said('run 0.3')
            times.append(sorted(json.loads(said('run 0.5'))['wall_ms'] for _ in range(3))[1])
        return times[::-1]
    finally:
        p.stdin.close()
        p.wait()


def slope(points):
    """Of the logarithm of the time over that of the size, in the larger half of the sizes."""
    half = [(math.log(s), math.log(t)) for s, t in points[len(points) // 2:]]
    x, y = (sum(v) / len(half) for v in zip(*half))
    return sum((s - x) * (t - y) for s, t in half) / sum((s - x) ** 2 for s, _ in half)


def plot(series, file):
    """Time over size, both in powers of two; a grey line is what doubles with the size."""
    from PIL import Image, ImageDraw
    width, height, left, bottom = 900, 420, 70, 50
    image = Image.new('RGB', (width, height), 'white')
    draw = ImageDraw.Draw(image)
    for panel, (title, lines) in enumerate(series.items()):
        x0, x1, y0, y1 = left + panel * 450, 430 + panel * 450, height - bottom, 40
        sizes = sorted({s for points in lines.values() for s, _ in points})
        times = [t for points in lines.values() for _, t in points]
        low, high = math.floor(math.log2(min(times))), math.ceil(math.log2(max(times)))
        at = lambda s, t: (x0 + (x1 - x0) * (math.log2(s / sizes[0]) / math.log2(sizes[-1] / sizes[0])),
                           y0 - (y0 - y1) * (math.log2(t) - low) / (high - low))
        for s in sizes:
            draw.line([at(s, 2 ** low), at(s, 2 ** high)], 'gainsboro')
            draw.text((at(s, 1)[0] - 8, y0 + 6), str(s), 'black')
        for e in range(low, high + 1):
            draw.line([at(sizes[0], 2 ** e), at(sizes[-1], 2 ** e)], 'gainsboro')
            draw.text((x0 - 45, at(1, 2 ** e)[1] - 6), f'{2 ** e:g} ms', 'black')
        for name, points in lines.items():
            color = COLORS[name]
            s0, t0 = points[-1]
            straight = [(s, t0 * s / s0) for s, _ in points if t0 * s / s0 >= 2 ** low]
            draw.line([at(s, t) for s, t in straight], 'darkgrey')
            draw.line([at(s, t) for s, t in points], color, width=2)
            draw.text((at(*points[-1])[0] - 110, at(*points[-1])[1] - 14), f'{name} {slope(points):.2f}', color)
        draw.text((x0 + 100, 15), title, 'black')
    image.save(file)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--models', default=f'{HOME}/tools/bench/target/growth')
    p.add_argument('--output', default=f'{HOME}/docs/growth.png')
    a = p.parse_args()
    made = models(a.models)
    rows, steps = [(b, 64) for b in BATCHES], [(1, n) for n in LENGTHS]
    series = {'milliseconds by rows of a batch': {
        name: list(zip(BATCHES, milliseconds(made[name], rows))) for name in ('convolutions', 'lstm')},
        'milliseconds by steps of a sequence': {
            name: list(zip(LENGTHS, milliseconds(made[name], steps))) for name in ('lstm', 'attention')}}
    for title, lines in series.items():
        for name, points in lines.items():
            print(f'{title}, {name}: ' + ', '.join(f'{s} {t:.2f}' for s, t in points) + f'; slope {slope(points):.2f}')
    plot(series, a.output)


if __name__ == '__main__':
    main()
