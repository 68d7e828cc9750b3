// Runs ONNX models in ONNX Runtime; tests/support/onnx_models.h starts it.
// usage: node onnxruntime.mjs RUNTIME FOLDER
// RUNTIME holds node_modules/onnxruntime-node. Each FOLDER/NAME.onnx takes the floats of NAME.input, as many images as
// they are, and leaves those of each output in NAME.OUTPUT. A model that takes one image at a time gets one at a time.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [runtime, folder] = process.argv.slice(2);
const ort = createRequire(resolve(runtime) + "/")("onnxruntime-node");

for (const file of readdirSync(folder).filter((name) => name.endsWith(".onnx"))) {
  const name = join(folder, file.slice(0, -".onnx".length));
  const session = await ort.InferenceSession.create(`${name}.onnx`, { intraOpNumThreads: 1 });
  const floats = new Float32Array(new Uint8Array(readFileSync(`${name}.input`)).buffer);
  const [batch, ...rest] = session.inputMetadata[0].shape;
  const image = rest.length > 0 ? rest : [batch];
  const size = image.reduce((product, length) => product * length);
  const at_once = typeof batch === "number" && batch > 0 ? size : floats.length;
  const parts = {};
  for (let first = 0; first < floats.length; first += at_once) {
    const shape = rest.length > 0 ? [at_once / size, ...image] : image;
    const input = new ort.Tensor("float32", floats.slice(first, first + at_once), shape);
    for (const [output, tensor] of Object.entries(await session.run({ [session.inputNames[0]]: input })))
      (parts[output] ??= []).push(Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
  }
  for (const [output, each] of Object.entries(parts)) writeFileSync(`${name}.${output}`, Buffer.concat(each));
}
