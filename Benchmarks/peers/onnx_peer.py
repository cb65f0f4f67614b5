"""Forward passes of networks in ONNX Runtime: exported from PyTorch in inference mode, with all that the runtime does to
a graph before it runs it."""

import measuring

given = measuring.arguments(("onnx",), ("resnet50", "encoder"))

import os
import tempfile

import onnxruntime
import torch
import torchvision
from torch import nn


def network():
    """The network and the shape of its input."""
    if given.workload == "resnet50":
        return torchvision.models.resnet50(), (1, 3, 224, 224)
    layer = nn.TransformerEncoderLayer(384, 6, 1536, 0, "gelu", batch_first=True)
    return nn.TransformerEncoder(layer, 6, enable_nested_tensor=False), (1, 128, 384)


def main():
    torch.manual_seed(0)
    torch.backends.mha.set_fastpath_enabled(False)
    net, shape = network()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = given.threads
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "network.onnx")
        torch.onnx.export(net.eval(), torch.randn(shape), file, dynamo=False, opset_version=17)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    inputs = measuring.Rotation(lambda: torch.randn(shape).numpy())

    def step(number):
        session.run(None, {name: inputs[number]})

    measuring.report(given, step)


main()
