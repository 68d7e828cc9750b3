// Seven steps: a sentence, a question that is answered by trying, and the theorem with its proof folded under it.
function lessonSteps(plane) {
  const { softmax, all } = plane, { d } = softmax;
  // T1 holds for as many classes as there are features, and one more.
  const most = d + 1, enough = all.length <= most, few = () => softmax.active.length <= most;
  const half = d === 2 ? "half-plane" : "half-space", line = d === 2 ? "a line" : "a flat surface, here a line";
  const choices = { few: { words: d === 2 ? "Take three classes" : `Take ${most} classes`, classes: all.slice(0, most) },
    all: { words: "Take all classes", classes: all } };
  const choice = (name) => (enough ? null : choices[name]);
  const chosenPoint = () => (plane.point === null ? null : `point ${plane.point}`);
  return [
    { title: "Cells",
      sentence: "The feature of an input is a point x. Softmax gives class k the score w_k·x + b_k, of its weights w_k (a row of the matrix W) and its bias b_k. The largest score wins; the colours show which class wins where: its cell.",
      question: "Each ring is a class. Drag one in the softmax plane; its weights follow. Do the borders of the cells stay straight?",
      tried: () => softmax.moved, answer: `Yes: two classes have equal scores on ${line}, whatever the weights.`,
      theorem: `The cell of a class is an intersection of ${half}s.`,
      proof: `Class k wins where w_k·x + b_k ≥ w_l·x + b_l, that is (w_k − w_l)·x ≥ b_l − b_k, for all l: one ${half} for each l.` },
    { title: "Centroids", choice: choice("few"),
      sentence: "Where do the rings stand? At centroids z_k = α w_k + v: the temperature α is any positive number, and one shift v serves all classes. The dark lines are where another ring becomes the nearest one.",
      question: (enough ? "" : `${choices.few.words}. `) + "Then drag rings about. Can you pull a line off a border of the colours? Does T1's number, under the softmax plane, leave 0 by more than rounding?",
      tried: () => few() && softmax.moved,
      answer: "No: it stays near 10⁻¹³, this computer's rounding, and no point has a nearest ring that is not its class's.",
      theorem: "T1. There is a shift v such that, with z_k = α w_k + v, softmax(Wx + b) = softmax(−|x − z_k|²/2α) for every x. So the predicted class is that of the nearest centroid.",
      proof: "Softmax makes of scores a_k the confidences exp(a_k) / Σ_l exp(a_l), in which a number that is added to all scores cancels. Let v and t solve w_k·v + t = −b_k − (α/2)|w_k|² for all k. Then −|x − z_k|²/2α = w_k·x − (α/2)|w_k|² − w_k·v + C(x) = w_k·x + b_k + t + C(x), where t and C(x) are the same for all classes. " +
        `Each class is one equation for the d + 1 unknowns v and t: with d = ${d} features they can be solved for ${most} classes, if the w_k are affinely independent.` },
    { title: "The lift", choice: choice("all"),
      sentence: `T1 asks for one shift that solves an equation for each class, with ${most} unknowns. For more classes there is none in general. Then each centroid stands at a height over the plane, its lift, which adds to its distance from every x.`,
      question: enough ? "Here the features are enough for all classes. So spoil the shift: choose “the shift v” under “Dragging” and drag a ring. Which bars under “The lift” are 0, and does T2's number stay at 0?"
        : "Take all classes and drag a ring. Which bars under “The lift” are 0, and does T2's number stay at 0?",
      tried: () => softmax.moved && softmax.lifts().some((lift) => lift > 0),
      answer: "Only that of the class whose s_k (in T2) is the largest. The number stays at rounding: with their lifts the distances are exact.",
      theorem: "T2. For any v let s_k = b_k + (α/2)|w_k|² + w_k·v, and lift z_k by h_k = √(2α (max s − s_k)) at right angles to all features. With |x − z_k|² + h_k² for |x − z_k|², T1 holds for every layer and any v.",
      proof: "Divided by −2α, |x − z_k|² + h_k² is w_k·x − (α/2)|w_k|² − w_k·v + C(x) + s_k − max s = w_k·x + b_k + C(x) − max s, and what all classes share cancels." },
    { title: "The circle", choice: choice("few"),
      sentence: "What does the bias do? Without it the scores are w_k·x: the direction of x alone decides, and the cells are wedges around the origin.",
      question: (enough ? "C" : `${choices.few.words}, c`) + "hange a bias with its slider, then press “Set the bias to 0”. Where do the rings stand?",
      tried: () => few() && softmax.b.every((value) => value === 0),
      answer: `All on one ${d === 2 ? "circle" : "sphere"} around the origin, the cross.`,
      theorem: "Without bias all centroids, lifted, are equally far from the origin.",
      proof: "For b_k = 0, 2α s_k = α²|w_k|² + 2α w_k·v, so |z_k|² + h_k² = α²|w_k|² + 2α w_k·v + |v|² + 2α (max s − s_k) = |v|² + 2α max s." },
    { title: "k-means",
      sentence: "k-means sorts points into groups with a centroid each, such that the sum of all squared distances from the point to its group's centroid, its objective, is small. So it gives each point to the nearest centroid; by T1 and T2 that is what softmax does.",
      question: "Click a point, one of the dots, in the softmax plane. Do the bars under “A point” find a class to which k-means would rather give it?",
      tried: chosenPoint, answer: "Never: each costs 0 or more, and 0 only the class of its own cell.",
      theorem: "T3. Moving a point from class k to class l costs the objective exactly 2α ((w_k·x + b_k) − (w_l·x + b_l)).",
      proof: "Each point has its own term in the sum. By T1 and T2, |x − z_k|² + h_k² is −2α times the score of k plus what all classes share, which cancels in the difference. (The other half of k-means, to move centroids to the means of their points, is a button here: softmax's centroids are not these means.)" },
    { title: "To infinity",
      sentence: "How sure is a network of what is unlike all that it has seen? Softmax's confidence is the largest of its exp(a_k) / Σ_l exp(a_l). Gauss has centroids from the start, and its confidence is exp(−γ_k|x − z_k|²) for the nearest, with a γ_k that each class learns.",
      question: "Click another point. The curves under “A point” follow the ray from the cross through it, to 20 times as far. Which network is sure out there?",
      tried: chosenPoint, answer: "Softmax: its confidence rises to 1. That of Gauss falls to 0.",
      theorem: "Without bias softmax's class of s x is that of x for all s > 0, and where one class is ahead its confidence tends to 1 with s. The confidence of Gauss, exp(−γ_k|s x − z_k|²), tends to 0.",
      proof: "All scores are multiplied by s, so their order stays and their gaps grow. And |s x − z_k| ≥ s|x| − |z_k|." },
    { title: "Break it",
      sentence: "A theorem that could not fail would be empty. T1 and T2 are about the centroids that the weights give, and no others.",
      question: "Press “Break it”: one ring moves, and its weights stay. What becomes of the first two numbers under the softmax plane, and of the lines?",
      tried: () => softmax.broken,
      answer: "They are no longer 0, and the lines leave the borders. “Mend it” puts the ring back: a softmax layer is a k-means assignment, to these centroids.",
      theorem: "T4. The loss that trains softmax is made of the same distances. For confidences p_k, a point's true class y, and m = Σ_k p_k z_k: cross-entropy = −ln p_y = |x − z_y|²/2α − |x − m|²/2α − Σ_{k,l} p_k p_l |z_k − z_l|²/4α + H(p), with the entropy H(p) = −Σ_k p_k ln p_k.",
      proof: "By T1 and T2 (all points lifted) −ln p_k = |x − z_k|²/2α + N with one N for all k; cross-entropy is this for k = y. The mean of both sides under p is H(p) = (mean of |x − z_k|²)/2α + N, which gives N; and the mean of |x − z_k|² is |x − m|² plus p's variance, half of Σ_{k,l} p_k p_l |z_k − z_l|²." },
  ];
}

// Shows a step at a time; returns how many there are.
function startLesson(plane) {
  const { softmax } = plane;
  if (!softmax) return 0;
  const steps = lessonSteps(plane), box = element("lesson");
  let at = Math.min(Math.max((Number(address.given("lesson")) || 1) - 1, 0), steps.length - 1), answered = false, before = null;

  // a_k and a_{k,l} have their indices below the line, and |a − b| stays in one.
  function tag(name, text) {
    const one = document.createElement(name), whole = text.replace(/\|[^|]*\|/g, (norm) => norm.replaceAll(" ", "\u00a0"));
    whole.split(/_(\w|\{[^}]*\})/).forEach((part, i) =>
      one.append(i % 2 ? Object.assign(document.createElement("sub"), { textContent: part.replace(/[{}]/g, "") }) : part));
    return one;
  }
  function button(text, use) {
    const one = tag("button", text);
    one.addEventListener("click", use);
    return one;
  }
  function turn(text, move) {
    const one = button(text, () => {
      at += move;
      address.keep("lesson", at ? at + 1 : null);
      show();
      box.querySelector("h2").focus();  // the button is gone
    });
    one.disabled = at + move < 0 || at + move >= steps.length;
    return one;
  }
  function show() {
    const step = steps[at], heading = tag("h2", `Lesson ${at + 1} of ${steps.length}: ${step.title}`);
    const question = tag("p", step.question), answer = tag("p", ""), more = tag("details", ""), buttons = tag("div", "");
    answered = softmax.moved = false;
    before = step.tried();
    heading.tabIndex = -1;
    question.className = "question";
    answer.id = "answer";
    answer.setAttribute("role", "status");
    more.append(tag("summary", "The theorem and its proof"), tag("p", step.theorem), tag("p", "Proof. " + step.proof));
    buttons.className = "buttons";
    const reveal = button("Show the answer", () => { answered = true; tell(); }), next = turn("Next", 1);
    reveal.id = "show-answer";
    next.id = "next-step";
    if (step.choice) buttons.append(button(step.choice.words, () => plane.choose(step.choice.classes)));
    buttons.append(turn("Back", -1), reveal, next);
    box.replaceChildren(heading, tag("p", step.sentence), question, buttons, answer, more);
    tell();
  }
  // What was tried before the step began is no answer.
  function tell() {
    const now = steps[at].tried();
    if (!now) before = null;
    else if (now !== before) answered = true;
    const text = answered ? steps[at].answer : "";
    if (element("answer").textContent === tag("p", text).textContent) return;
    element("answer").replaceChildren(...tag("p", text).childNodes);
  }
  show();
  setInterval(tell, 300);
  return steps.length;
}
