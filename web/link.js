// The plane in the page's address: what differs from how the page begins.
const untouched = (view) => Array.from(view.kept(), Math.fround).join();

function keepPlane({ views, softmax, cut, all, active, three, chosen, point }) {
  address.keep("classes", active.length < all.length ? active : null);
  address.keep("plane", cut ? three : null);
  address.keep("class", chosen === active[0] ? null : chosen);
  address.keep("point", point);
  for (const view of views) address.keep(view === softmax ? "softmax" : "gauss", untouched(view) === view.begun ? null : lettersOf(view.kept()));
}

function takePlane(plane) {
  const { views, softmax, all, data, fewest } = plane, known = (k) => all.includes(k);
  const classes = address.numbers("classes").filter(known), through = address.numbers("plane").filter(known);
  plane.choose(classes.length >= fewest ? classes : all, through.length === 3 ? through : plane.three);
  if (plane.active.includes(Number(address.given("class")))) plane.chosen = Number(address.given("class") ?? plane.chosen);
  if (address.given("point") in data.labels) plane.point = Number(address.given("point"));
  for (const view of views) {
    view.begun = untouched(view);
    const letters = address.given(view === softmax ? "softmax" : "gauss"), numbers = letters ? numbersOf(letters) : [];
    if (numbers.length >= view.kept().length && numbers.every(Number.isFinite)) view.take(numbers);
  }
}
