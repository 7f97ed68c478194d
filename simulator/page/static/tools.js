// The dialog for faults, speech and the clock.
import { $ } from "./dom.js";
import { notice, post } from "./api.js";

const form = $("#faults-form");
const NUMBERS = ["rest_next", "duplicate_next", "reorder_next", "delay"];

export function start(state) {
  setOptions(state.options);
  setFaults(state.faults);
  $("#faults-open").addEventListener("click", () => $("#faults").showModal());
  $("#faults-close").addEventListener("click", () => $("#faults").close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = { rest_mode: form.rest_mode.value };
    for (const name of NUMBERS) wanted[name] = Number(form[name].value);
    await post("faults", wanted);
    await post("options", { pace: Number(form.pace.value), advanced_opt_out: form.advanced_opt_out.checked });
    $("#faults").close();
  });
  for (const button of form.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", async () => {
      const { now } = await post("clock", { advance: Number(button.dataset.advance) });
      notice(`In the simulator it is now ${new Date(now).toLocaleString()}.`);
    });
  }
}

export function setOptions(options) {
  if (![...form.pace.options].some((option) => option.value === String(options.pace))) {
    form.pace.add(new Option(`${Math.round(options.pace * 100)}% of its time`, String(options.pace)));
  }
  form.pace.value = String(options.pace);
  form.advanced_opt_out.checked = options.advanced_opt_out;
}

export function setFaults(faults) {
  for (const name of NUMBERS) form[name].value = faults[name];
  form.rest_mode.value = faults.rest_mode;
}
