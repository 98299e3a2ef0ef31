// A parent and two workers, started by fork of child_process. Each fills typed arrays and objects.
const { fork } = require("node:child_process");

function fill(mebibytes) {
  const arrays = [];
  for (let i = 0; i < mebibytes; i++) arrays.push(new Float64Array(131072).fill(i));
  const objects = Array.from({ length: 200000 }, (_, i) => ({ name: `object ${i}`, values: [i, i + 1] }));
  return arrays.length + objects.length;
}

if (process.argv[2] === "worker") {
  process.send(fill(60));
  setTimeout(() => process.exit(0), 400);
} else {
  fill(40);
  for (let i = 0; i < 2; i++) fork(__filename, ["worker"]);
}
