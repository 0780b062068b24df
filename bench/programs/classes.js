// Classes: inheritance, super, accessors, private fields, static members.
class Shape {
  static made = 0;
  #name;
  constructor(name) {
    this.#name = name;
    Shape.made++;
  }
  get name() {
    return this.#name;
  }
  area() {
    return 0;
  }
  describe() {
    return this.name.length + this.area();
  }
}

class Rectangle extends Shape {
  #width;
  #height;
  constructor(width, height, name = "rectangle") {
    super(name);
    this.#width = width;
    this.#height = height;
  }
  area() {
    return this.#width * this.#height;
  }
  scale(factor) {
    this.#width *= factor;
    this.#height *= factor;
    return this;
  }
}

class Square extends Rectangle {
  constructor(side) {
    super(side, side, "square");
  }
  describe() {
    return super.describe() + 1;
  }
}

class Circle extends Shape {
  constructor(radius) {
    super("circle");
    this.radius = radius;
  }
  set diameter(d) {
    this.radius = d / 2;
  }
  area() {
    return 3 * this.radius * this.radius;
  }
}

function run(turns) {
  let sum = 0;
  for (let i = 0; i < turns; i++) {
    const shapes = [new Rectangle(i % 7, i % 5), new Square(i % 11), new Circle(i % 3)];
    shapes[2].diameter = 2 * (i % 4);
    shapes[0].scale(2);
    for (const shape of shapes) sum = (sum + shape.describe()) % 1000003;
    if (shapes[1] instanceof Rectangle) sum++;
  }
  return sum + Shape.made;
}

report(String(run(9000)));
