// Numbers in place of what the host handed out.
// expect: ok, script_error
// prints: .*

const h = crypto.createHmac("sha256", "k");
try { h.update.call({ id: 1 }, "x"); } catch (e) { console.log(e.name); }
try { h.digest("hex"); h.digest("hex"); } catch (e) { console.log(e.name); }
try { Object.getPrototypeOf(h).constructor.call(7); } catch (e) { console.log(e.name); }
