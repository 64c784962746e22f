"""Records what cuDNN itself computes, into cudnn.npz beside this file: needs PyTorch and a GPU of NVIDIA, and nothing else does.

    python cudnn.py          # PyTorch lays the weights out as cudnnGetRNNWeightParams tells it
"""
from pathlib import Path

MODES = ("rnn_relu", "rnn_tanh", "lstm", "gru")  # numbered as CUDNN_RNN_RELU and so on
# Values of an input, units, layers, directions.
SIZES = ((5, 7, 2, 1), (6, 3, 2, 2), (4, 4, 1, 2))
LENGTHS = (4, 2, 3)


def main() -> None:
    import numpy as np
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
    torch.manual_seed(1)
    torch.backends.cudnn.allow_tf32 = False
    found = {}
    for mode in MODES:
        for inputs, units, layers, directions in SIZES:
            kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.get(mode, torch.nn.RNN)
            more = dict(nonlinearity=mode[4:]) if kind is torch.nn.RNN else {}
            layer = kind(inputs, units, layers, bidirectional=directions == 2, **more).cuda().eval()
            with torch.no_grad():
                for p in layer.parameters():
                    p.uniform_(-0.6, 0.6)
                weights = [p.detach().clone() for p in layer._flat_weights]
                params = torch._cudnn_rnn_flatten_weight(
                    weights, 4, inputs, MODES.index(mode), units, 0, layers, False, directions == 2)
                x = torch.randn(LENGTHS[0], len(LENGTHS), inputs).cuda()
                h, c = (torch.randn(layers * directions, len(LENGTHS), units).cuda() for _ in range(2))
                first = (h, c) if mode == "lstm" else h
                y, last = layer(x, first)
                packed = pack_padded_sequence(x, torch.tensor(LENGTHS), enforce_sorted=False)
                short, ended = layer(packed, first)
            arrays = dict(params=params, input=x, input_h=h, input_c=c, output=y, short=pad_packed_sequence(short)[0])
            for name, state in (("", last), ("short_", ended)):
                for part, value in zip("hc", state if mode == "lstm" else [state]):
                    arrays[f"{name}output_{part}"] = value
            for name, value in arrays.items():
                found[f"{mode}_{inputs}_{units}_{layers}_{directions}.{name}"] = value.detach().cpu().numpy()
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **found)
    print(f"cuDNN {torch.backends.cudnn.version()}, {len(found)} arrays")


if __name__ == "__main__":
    main()
