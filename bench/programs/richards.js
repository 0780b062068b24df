// Richards: the kernel of an operating system with six tasks that pass packets.
// After Martin Richards' BCPL benchmark; the counts 2322 and 928 are its own check.
(function () {
  const IDLE = 0;
  const WORKER = 1;
  const HANDLER_A = 2;
  const HANDLER_B = 3;
  const DEVICE_A = 4;
  const DEVICE_B = 5;
  const TASKS = 6;

  const DEVICE_PACKET = 0;
  const WORK_PACKET = 1;
  const PACKET_SIZE = 4;

  class Packet {
    constructor(link, id, kind) {
      this.link = link;
      this.id = id;
      this.kind = kind;
      this.position = 0;
      this.data = new Array(PACKET_SIZE).fill(0);
    }
    appendTo(queue) {
      this.link = null;
      if (queue === null) return this;
      let last = queue;
      while (last.link !== null) last = last.link;
      last.link = this;
      return queue;
    }
  }

  // A task is held, suspended (waits for a packet), both or runnable, and knows
  // whether a packet is there.
  class Task {
    constructor(kernel, next, id, priority, queue, job, runs) {
      this.kernel = kernel;
      this.next = next;
      this.id = id;
      this.priority = priority;
      this.queue = queue;
      this.job = job;
      this.held = false;
      this.suspended = !runs;
      this.packetPending = queue !== null;
    }
    isBlocked() {
      return this.held || (this.suspended && !this.packetPending);
    }
    runOnce() {
      let packet = null;
      if (this.suspended && this.packetPending) {
        packet = this.queue;
        this.queue = packet.link;
        this.suspended = false;
        this.packetPending = this.queue !== null;
      }
      return this.job.run(packet);
    }
    receive(from, packet) {
      if (this.queue === null) {
        this.queue = packet;
        this.packetPending = true;
        if (this.priority > from.priority) return this;
      } else {
        this.queue = packet.appendTo(this.queue);
      }
      return from;
    }
  }

  class Kernel {
    constructor() {
      this.queueCount = 0;
      this.holdCount = 0;
      this.table = new Array(TASKS).fill(null);
      this.tasks = null;
      this.current = null;
    }
    add(id, priority, queue, job, runs) {
      this.tasks = new Task(this, this.tasks, id, priority, queue, job, runs);
      this.table[id] = this.tasks;
    }
    schedule() {
      this.current = this.tasks;
      while (this.current !== null) {
        this.current = this.current.isBlocked() ? this.current.next : this.current.runOnce();
      }
    }
    release(id) {
      const task = this.table[id];
      task.held = false;
      return task.priority > this.current.priority ? task : this.current;
    }
    hold() {
      this.holdCount++;
      this.current.held = true;
      return this.current.next;
    }
    suspend() {
      this.current.suspended = true;
      return this.current;
    }
    send(packet) {
      const task = this.table[packet.id];
      this.queueCount++;
      packet.link = null;
      packet.id = this.current.id;
      return task.receive(this.current, packet);
    }
  }

  class IdleJob {
    constructor(kernel, count) {
      this.kernel = kernel;
      this.state = 1;
      this.count = count;
    }
    run() {
      this.count--;
      if (this.count === 0) return this.kernel.hold();
      if ((this.state & 1) === 0) {
        this.state >>= 1;
        return this.kernel.release(DEVICE_A);
      }
      this.state = (this.state >> 1) ^ 0xd008;
      return this.kernel.release(DEVICE_B);
    }
  }

  class DeviceJob {
    constructor(kernel) {
      this.kernel = kernel;
      this.waiting = null;
    }
    run(packet) {
      if (packet !== null) {
        this.waiting = packet;
        return this.kernel.hold();
      }
      if (this.waiting === null) return this.kernel.suspend();
      const ready = this.waiting;
      this.waiting = null;
      return this.kernel.send(ready);
    }
  }

  class WorkerJob {
    constructor(kernel) {
      this.kernel = kernel;
      this.target = HANDLER_A;
      this.letter = 0;
    }
    run(packet) {
      if (packet === null) return this.kernel.suspend();
      this.target = this.target === HANDLER_A ? HANDLER_B : HANDLER_A;
      packet.id = this.target;
      packet.position = 0;
      for (let i = 0; i < PACKET_SIZE; i++) {
        this.letter = this.letter === 26 ? 1 : this.letter + 1;
        packet.data[i] = this.letter;
      }
      return this.kernel.send(packet);
    }
  }

  class HandlerJob {
    constructor(kernel) {
      this.kernel = kernel;
      this.work = null;
      this.devices = null;
    }
    run(packet) {
      if (packet !== null) {
        if (packet.kind === WORK_PACKET) this.work = packet.appendTo(this.work);
        else this.devices = packet.appendTo(this.devices);
      }
      const work = this.work;
      if (work !== null) {
        if (work.position === PACKET_SIZE) {
          this.work = work.link;
          return this.kernel.send(work);
        }
        if (this.devices !== null) {
          const device = this.devices;
          this.devices = device.link;
          device.position = work.data[work.position++];
          return this.kernel.send(device);
        }
      }
      return this.kernel.suspend();
    }
  }

  function packets(id, kind, count) {
    let queue = null;
    for (let i = 0; i < count; i++) queue = new Packet(queue, id, kind);
    return queue;
  }

  function richards() {
    const kernel = new Kernel();
    kernel.add(IDLE, 0, null, new IdleJob(kernel, 1000), true);
    kernel.add(WORKER, 1000, packets(WORKER, WORK_PACKET, 2), new WorkerJob(kernel), false);
    kernel.add(HANDLER_A, 2000, packets(DEVICE_A, DEVICE_PACKET, 3), new HandlerJob(kernel), false);
    kernel.add(HANDLER_B, 3000, packets(DEVICE_B, DEVICE_PACKET, 3), new HandlerJob(kernel), false);
    kernel.add(DEVICE_A, 4000, null, new DeviceJob(kernel), false);
    kernel.add(DEVICE_B, 5000, null, new DeviceJob(kernel), false);
    kernel.schedule();
    if (kernel.queueCount !== 2322 || kernel.holdCount !== 928) {
      throw new Error(`richards: ${kernel.queueCount} packets, ${kernel.holdCount} holds`);
    }
    return kernel.queueCount * 1000 + kernel.holdCount;
  }

  let sum = 0;
  for (let i = 0; i < 12; i++) sum += richards();
  report(String(sum));
})();
