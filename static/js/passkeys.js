// Passkeys: a form asks the browser for one, and carries its answer to the shop.
"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const kind = form.dataset.passkey;
  const say = (what) => {
    for (const one of form.querySelectorAll("[data-passkey-failed], [data-passkey-unknown]")) one.hidden = !one.matches(what);
  };
  const options = async () => {
    if (kind !== "login") return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };
  const ask = async () => {
    const asked = await options();
    if (kind !== "create") return window.webauthnJSON.get(asked.request_options);
    // Kept on the device and opened by fingerprint, face or PIN: so that it stands in for the password.
    asked.creation_options.publicKey.authenticatorSelection = {
      ...asked.creation_options.publicKey.authenticatorSelection,
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    };
    return window.webauthnJSON.create(asked.creation_options);
  };
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      say("[data-passkey-unknown]");
      return;
    }
    say("none");
    try {
      form.elements.credential.value = JSON.stringify(await ask());
    } catch (error) {
      say(error.name === "SecurityError" ? "[data-passkey-unknown]" : "[data-passkey-failed]");
      return;
    }
    form.submit();
  });
}
