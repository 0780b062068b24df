// A ray tracer: spheres over a checkered plane, two lights, shadows, mirrors. The
// picture's grey values are its checksum.
(function () {
  class Vector {
    constructor(x, y, z) {
      this.x = x;
      this.y = y;
      this.z = z;
    }
    plus(v) {
      return new Vector(this.x + v.x, this.y + v.y, this.z + v.z);
    }
    minus(v) {
      return new Vector(this.x - v.x, this.y - v.y, this.z - v.z);
    }
    times(factor) {
      return new Vector(this.x * factor, this.y * factor, this.z * factor);
    }
    dot(v) {
      return this.x * v.x + this.y * v.y + this.z * v.z;
    }
    unit() {
      return this.times(1 / Math.sqrt(this.dot(this)));
    }
    mirrored(normal) {
      return this.minus(normal.times(2 * this.dot(normal)));
    }
  }

  class Sphere {
    constructor(center, radius, shade, mirror) {
      this.center = center;
      this.radius = radius;
      this.shade = shade;
      this.mirror = mirror;
    }
    hit(origin, direction) {
      const to = this.center.minus(origin);
      const along = to.dot(direction);
      const inside = this.radius * this.radius - to.dot(to) + along * along;
      if (inside < 0) return Infinity;
      const root = Math.sqrt(inside);
      if (along - root > 1e-6) return along - root;
      return along + root > 1e-6 ? along + root : Infinity;
    }
    normal(point) {
      return point.minus(this.center).times(1 / this.radius);
    }
    shadeAt() {
      return this.shade;
    }
  }

  class Floor {
    constructor(height) {
      this.height = height;
      this.up = new Vector(0, 1, 0);
      this.mirror = 0.2;
    }
    hit(origin, direction) {
      if (direction.y > -1e-6 && direction.y < 1e-6) return Infinity;
      const distance = (this.height - origin.y) / direction.y;
      return distance > 1e-6 ? distance : Infinity;
    }
    normal() {
      return this.up;
    }
    shadeAt(point) {
      return (Math.floor(point.x) + Math.floor(point.z)) & 1 ? 0.9 : 0.3;
    }
  }

  class Scene {
    constructor() {
      this.things = [new Floor(-1)];
      for (let i = 0; i < 7; i++) {
        this.things.push(
          new Sphere(new Vector(i - 3, (i % 3) * 0.6 - 0.5, 3 + (i % 4)), 0.5, 0.4 + i * 0.08, 0.3),
        );
      }
      this.lights = [new Vector(-5, 6, -3), new Vector(4, 8, 1)];
    }
    nearest(origin, direction) {
      let best = null;
      let distance = Infinity;
      for (const thing of this.things) {
        const d = thing.hit(origin, direction);
        if (d < distance) {
          distance = d;
          best = thing;
        }
      }
      return { thing: best, distance };
    }
    light(point, normal) {
      let sum = 0.1;
      for (const light of this.lights) {
        const direction = light.minus(point).unit();
        const strength = normal.dot(direction);
        if (strength <= 0) continue;
        const start = point.plus(normal.times(1e-4));
        if (this.nearest(start, direction).thing === null) sum += 0.45 * strength;
      }
      return sum;
    }
    trace(origin, direction, depth) {
      const { thing, distance } = this.nearest(origin, direction);
      if (thing === null) return 0.5 + 0.3 * direction.y;
      const point = origin.plus(direction.times(distance));
      const normal = thing.normal(point);
      const own = thing.shadeAt(point) * this.light(point, normal);
      if (depth === 0) return own;
      const start = point.plus(normal.times(1e-4));
      const mirrored = this.trace(start, direction.mirrored(normal), depth - 1);
      return own * (1 - thing.mirror) + mirrored * thing.mirror;
    }
  }

  function render(width, height) {
    const scene = new Scene();
    const eye = new Vector(0, 0.5, -4);
    let lit = 0;
    let hash = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const direction = new Vector((2 * x) / width - 1, 0.7 - (1.4 * y) / height, 1.6).unit();
        const grey = Math.min(255, Math.max(0, Math.round(scene.trace(eye, direction, 2) * 255)));
        hash = (hash * 33 + grey) % 1000003;
        if (grey > 127) lit++;
      }
    }
    return hash + "," + lit;
  }

  report(String(render(44, 32)));
})();
