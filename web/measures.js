// The numbers beside the planes: what the theorems say of the layers as they are.

// The rows stay where there are as many, and their texts where they say the same: browsers lay out anew what changes.
function fillTable(table, rows) {
  while (table.rows.length > rows.length) table.deleteRow(-1);
  rows.forEach(([name, value, bad], i) => {
    const row = table.rows[i] ?? table.insertRow(), [head, cell] = row.cells.length ? row.cells
      : [Object.assign(document.createElement("th"), { scope: "row" }), document.createElement("td")];
    if (!row.cells.length) row.append(head, cell);
    if (head.textContent !== name) head.textContent = name;
    if (cell.textContent !== value) cell.textContent = value;
    cell.className = bad ? "bad" : "";
  });
}

function measure(plane, moving) {
  const { M, data, active, softmax, gauss } = plane, c = active.length, concerns = (view) => view && (!moving || moving === view);
  if (concerns(softmax)) {
    const facts = softmax.facts = new Float64Array(12), { x, labels, n } = softmax.points;
    M.softmax_facts(c, softmax.d, softmax.w, softmax.b, softmax.alpha, softmax.z, softmax.centre ?? new Float64Array(softmax.d), n, x, labels, out(facts));
    const failed = facts[0] > 1e-9;
    element("softmax-numbers").dataset.facts = facts.join(" ");
    fillTable(element("softmax-numbers"), [
      [softmax.lifts().every((lift) => lift === 0) ? "T1: scores and distances differ by" : "T2: scores and lifted distances differ by", shown(facts[0]), failed],
      ["Nearest centroid is not the class", `${facts[1]} of ${n}`, facts[1] > 0],
      ["k-means objective", shown(facts[2])],
      ["T3: moving a point costs at least", shown(facts[3])],
      ["T4: |x − z|²/2α from the own centroid", shown(facts[4])], ["− from the centroids' mean, by confidence", shown(-facts[5])],
      ["− the centroids' variance, likewise", shown(-facts[6])], ["+ entropy of the confidences", shown(facts[7])],
      ["= their sum; cross-entropy itself", shown(facts[4] + facts[5] + facts[6] + facts[7]) + "; " + shown(facts[8])],
      [softmax.centre ? "Centroids' distances from × differ by" : "No point is as far from all centroids", softmax.centre ? shown(facts[9]) : "-"],
      ["Classified correctly", percent(facts[11])]]);
    const lifts = softmax.lifts();
    drawBars(element("lift"), active.map((k, i) => ({ name: data.classes[k], value: lifts[i] })));
  }
  if (concerns(gauss)) {
    const facts = new Float64Array(3), { x, labels, n } = gauss.points;
    M.gauss_facts(c, gauss.d, gauss.z, gauss.gamma, n, x, labels, out(facts));
    fillTable(element("gauss-numbers"), [
      ["Nearest centroid is not the class", `${facts[0]} of ${n}`],
      ["k-means objective", shown(facts[1])],
      ["γ, from", `${shown(Math.min(...gauss.gamma))} to ${shown(Math.max(...gauss.gamma))}`],
      ["Classified correctly", percent(facts[2])]]);
  }
}
