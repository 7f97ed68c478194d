// Passkeys: the device makes one, or shows one. https://www.w3.org/TR/webauthn-3/

const send = async (path, form, more) => {
  const fields = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) fields.set(name, value);
  const answer = await fetch(path, { method: "POST", body: fields, headers: { "X-Desk": "passkey" } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};

const acts = {
  make: async (form) => {
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(await send("/desk/passkeys/options", form, {}));
    const made = await navigator.credentials.create({ publicKey: options });
    return send("/desk/passkeys", form, { credential: JSON.stringify(made.toJSON()) });
  },
  show: async (form) => {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(await send("/desk/sign-in/passkey/options", form, {}));
    const shown = await navigator.credentials.get({ publicKey: options });
    return send("/desk/sign-in/passkey", form, { credential: JSON.stringify(shown.toJSON()) });
  },
};

const able = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=alert]");
  form.hidden = !able;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      location.assign((await acts[form.dataset.passkey](form)).onward);
    } catch (error) {
      // the device's own words are in its own language and for nobody: whoever pressed Cancel knows
      said.textContent = error instanceof DOMException ? form.dataset.not : error.message;
    }
  });
}
