// DeltaBlue: an incremental solver of one-way constraints with strengths, after
// Freeman-Benson and Maloney's algorithm. It checks the values that it computes.
(function () {
  // Strengths: the smaller, the stronger.
  const REQUIRED = 0;
  const STRONG_PREFERRED = 1;
  const PREFERRED = 2;
  const STRONG_DEFAULT = 3;
  const NORMAL = 4;
  const WEAK_DEFAULT = 5;
  const WEAKEST = 6;

  const stronger = (a, b) => a < b;
  const weakestOf = (a, b) => (a > b ? a : b);

  class Variable {
    constructor(name, value = 0) {
      this.name = name;
      this.value = value;
      this.constraints = [];
      this.determinedBy = null;
      this.mark = 0;
      this.walkStrength = WEAKEST;
      this.stay = true;
    }
    remove(constraint) {
      const at = this.constraints.indexOf(constraint);
      if (at >= 0) this.constraints.splice(at, 1);
      if (this.determinedBy === constraint) this.determinedBy = null;
    }
  }

  class Constraint {
    constructor(planner, strength) {
      this.planner = planner;
      this.strength = strength;
    }
    install() {
      this.addToGraph();
      this.planner.incrementalAdd(this);
    }
    destroy() {
      if (this.isSatisfied()) this.planner.incrementalRemove(this);
      else this.removeFromGraph();
    }
    isInput() {
      return false;
    }
    // satisfy chooses a method and returns the constraint that it displaced.
    satisfy(mark) {
      this.chooseMethod(mark);
      if (!this.isSatisfied()) {
        if (this.strength === REQUIRED) throw new Error("a required constraint cannot be satisfied");
        return null;
      }
      this.markInputs(mark);
      const out = this.output();
      const displaced = out.determinedBy;
      if (displaced !== null) displaced.markUnsatisfied();
      out.determinedBy = this;
      if (!this.planner.addPropagate(this, mark)) throw new Error("a cycle of constraints");
      out.mark = mark;
      return displaced;
    }
  }

  class UnaryConstraint extends Constraint {
    constructor(planner, variable, strength) {
      super(planner, strength);
      this.variable = variable;
      this.satisfied = false;
      this.install();
    }
    addToGraph() {
      this.variable.constraints.push(this);
      this.satisfied = false;
    }
    removeFromGraph() {
      this.variable.remove(this);
      this.satisfied = false;
    }
    chooseMethod(mark) {
      this.satisfied =
        this.variable.mark !== mark && stronger(this.strength, this.variable.walkStrength);
    }
    isSatisfied() {
      return this.satisfied;
    }
    markUnsatisfied() {
      this.satisfied = false;
    }
    markInputs() {}
    output() {
      return this.variable;
    }
    inputsKnown() {
      return true;
    }
    recalculate() {
      this.variable.walkStrength = this.strength;
      this.variable.stay = !this.isInput();
      if (this.variable.stay) this.execute();
    }
    execute() {}
  }

  class StayConstraint extends UnaryConstraint {}

  class EditConstraint extends UnaryConstraint {
    isInput() {
      return true;
    }
  }

  const NONE = 0;
  const FORWARD = 1;
  const BACKWARD = 2;

  class BinaryConstraint extends Constraint {
    constructor(planner, first, second, strength) {
      super(planner, strength);
      this.first = first;
      this.second = second;
      this.direction = NONE;
    }
    chooseMethod(mark) {
      const { first, second } = this;
      if (first.mark === mark) {
        this.direction =
          second.mark !== mark && stronger(this.strength, second.walkStrength) ? FORWARD : NONE;
      } else if (second.mark === mark) {
        this.direction = stronger(this.strength, first.walkStrength) ? BACKWARD : NONE;
      } else if (first.walkStrength > second.walkStrength) {
        this.direction = stronger(this.strength, first.walkStrength) ? BACKWARD : NONE;
      } else {
        this.direction = stronger(this.strength, second.walkStrength) ? FORWARD : BACKWARD;
        if (!stronger(this.strength, this.output().walkStrength)) this.direction = NONE;
      }
    }
    addToGraph() {
      this.first.constraints.push(this);
      this.second.constraints.push(this);
      this.direction = NONE;
    }
    removeFromGraph() {
      this.first.remove(this);
      this.second.remove(this);
      this.direction = NONE;
    }
    isSatisfied() {
      return this.direction !== NONE;
    }
    markUnsatisfied() {
      this.direction = NONE;
    }
    markInputs(mark) {
      this.input().mark = mark;
    }
    input() {
      return this.direction === FORWARD ? this.first : this.second;
    }
    output() {
      return this.direction === FORWARD ? this.second : this.first;
    }
    inputsKnown(mark) {
      const input = this.input();
      return input.mark === mark || input.stay || input.determinedBy === null;
    }
    recalculate() {
      const input = this.input();
      const output = this.output();
      output.walkStrength = weakestOf(this.strength, input.walkStrength);
      output.stay = input.stay;
      if (output.stay) this.execute();
    }
  }

  class EqualityConstraint extends BinaryConstraint {
    constructor(planner, first, second, strength) {
      super(planner, first, second, strength);
      this.install();
    }
    execute() {
      this.output().value = this.input().value;
    }
  }

  // second = first * scale + offset
  class ScaleConstraint extends BinaryConstraint {
    constructor(planner, first, scale, offset, second, strength) {
      super(planner, first, second, strength);
      this.scale = scale;
      this.offset = offset;
      this.install();
    }
    addToGraph() {
      super.addToGraph();
      this.scale.constraints.push(this);
      this.offset.constraints.push(this);
    }
    removeFromGraph() {
      super.removeFromGraph();
      this.scale.remove(this);
      this.offset.remove(this);
    }
    markInputs(mark) {
      super.markInputs(mark);
      this.scale.mark = mark;
      this.offset.mark = mark;
    }
    execute() {
      if (this.direction === FORWARD) {
        this.second.value = this.first.value * this.scale.value + this.offset.value;
      } else {
        this.first.value = Math.trunc((this.second.value - this.offset.value) / this.scale.value);
      }
    }
    recalculate() {
      const input = this.input();
      const output = this.output();
      output.walkStrength = weakestOf(this.strength, input.walkStrength);
      output.stay = input.stay && this.scale.stay && this.offset.stay;
      if (output.stay) this.execute();
    }
  }

  class Planner {
    constructor() {
      this.mark = 0;
    }
    incrementalAdd(constraint) {
      const mark = ++this.mark;
      let overridden = constraint.satisfy(mark);
      while (overridden !== null) overridden = overridden.satisfy(mark);
    }
    incrementalRemove(constraint) {
      const out = constraint.output();
      constraint.markUnsatisfied();
      constraint.removeFromGraph();
      const unsatisfied = this.removePropagate(out);
      for (let strength = REQUIRED; strength < WEAKEST; strength++) {
        for (const one of unsatisfied) if (one.strength === strength) this.incrementalAdd(one);
      }
    }
    makePlan(sources) {
      const mark = ++this.mark;
      const plan = [];
      const todo = sources;
      while (todo.length > 0) {
        const constraint = todo.pop();
        if (constraint.output().mark !== mark && constraint.inputsKnown(mark)) {
          plan.push(constraint);
          constraint.output().mark = mark;
          this.addConsumers(constraint.output(), todo);
        }
      }
      return plan;
    }
    planFor(constraints) {
      return this.makePlan(constraints.filter((c) => c.isInput() && c.isSatisfied()));
    }
    addPropagate(constraint, mark) {
      const todo = [constraint];
      while (todo.length > 0) {
        const one = todo.pop();
        if (one.output().mark === mark) {
          this.incrementalRemove(constraint);
          return false;
        }
        one.recalculate();
        this.addConsumers(one.output(), todo);
      }
      return true;
    }
    removePropagate(out) {
      out.determinedBy = null;
      out.walkStrength = WEAKEST;
      out.stay = true;
      const unsatisfied = [];
      const todo = [out];
      while (todo.length > 0) {
        const variable = todo.pop();
        for (const one of variable.constraints) if (!one.isSatisfied()) unsatisfied.push(one);
        const determining = variable.determinedBy;
        for (const one of variable.constraints) {
          if (one !== determining && one.isSatisfied()) {
            one.recalculate();
            todo.push(one.output());
          }
        }
      }
      return unsatisfied;
    }
    addConsumers(variable, list) {
      const determining = variable.determinedBy;
      for (const one of variable.constraints) {
        if (one !== determining && one.isSatisfied()) list.push(one);
      }
    }
  }

  function expect(found, wanted, what) {
    if (found !== wanted) throw new Error(`deltablue: ${what} is ${found}, not ${wanted}`);
  }

  // A chain of equalities, the first of which is edited.
  function chain(length) {
    const planner = new Planner();
    const variables = [];
    for (let i = 0; i <= length; i++) {
      variables.push(new Variable("v" + i));
      if (i > 0) new EqualityConstraint(planner, variables[i - 1], variables[i], REQUIRED);
    }
    new StayConstraint(planner, variables[length], STRONG_DEFAULT);
    const edit = new EditConstraint(planner, variables[0], PREFERRED);
    const plan = planner.planFor([edit]);
    for (let value = 0; value < 60; value++) {
      variables[0].value = value;
      for (const constraint of plan) constraint.execute();
      expect(variables[length].value, value, "the end of the chain");
    }
    edit.destroy();
    return plan.length;
  }

  function change(planner, variable, value) {
    const edit = new EditConstraint(planner, variable, PREFERRED);
    const plan = planner.planFor([edit]);
    for (let i = 0; i < 10; i++) {
      variable.value = value;
      for (const constraint of plan) constraint.execute();
    }
    edit.destroy();
  }

  // Points that are all scaled and moved by the same two variables.
  function projection(count) {
    const planner = new Planner();
    const scale = new Variable("scale", 10);
    const offset = new Variable("offset", 1000);
    const sources = [];
    const targets = [];
    for (let i = 0; i < count; i++) {
      sources.push(new Variable("source" + i, i));
      targets.push(new Variable("target" + i, i));
      new StayConstraint(planner, sources[i], NORMAL);
      new ScaleConstraint(planner, sources[i], scale, offset, targets[i], REQUIRED);
    }
    change(planner, sources[0], 17);
    expect(targets[0].value, 1170, "a target");
    change(planner, targets[0], 1050);
    expect(sources[0].value, 5, "a source");
    change(planner, scale, 5);
    for (let i = 1; i < count - 1; i++) expect(targets[i].value, i * 5 + 1000, "a scaled target");
    change(planner, offset, 2000);
    for (let i = 1; i < count - 1; i++) expect(targets[i].value, i * 5 + 2000, "a moved target");
    return targets.reduce((sum, target) => (sum + target.value) % 1000003, 0);
  }

  let check = 0;
  for (let i = 0; i < 6; i++) check = check * 7 + chain(150) + projection(60 + i);
  report(String(check));
})();
