// Runs ONNX models in ONNX Runtime; tests/onnx_runtime_test.cpp starts it.
// usage: node onnxruntime.mjs RUNTIME FOLDER
// RUNTIME holds node_modules/onnxruntime-node. Each FOLDER/NAME.onnx takes the floats of NAME.input, as many images as
// they are, and leaves those of each output in NAME.OUTPUT.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [runtime, folder] = process.argv.slice(2);
const ort = createRequire(resolve(runtime) + "/")("onnxruntime-node");

for (const file of readdirSync(folder).filter((name) => name.endsWith(".onnx"))) {
  const name = join(folder, file.slice(0, -".onnx".length));
  const session = await ort.InferenceSession.create(`${name}.onnx`, { intraOpNumThreads: 1 });
  const floats = new Float32Array(new Uint8Array(readFileSync(`${name}.input`)).buffer);
  const image = session.inputMetadata[0].shape.slice(1); // after n
  const n = floats.length / image.reduce((product, size) => product * size);
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", floats, [n, ...image]) });
  for (const [output, tensor] of Object.entries(outputs))
    writeFileSync(`${name}.${output}`, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}
