"use strict";

function clock(seconds) {
  const whole = Math.floor(seconds);
  const pair = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${pair(minutes)}:${pair(rest)}` : `${minutes}:${pair(rest)}`;
}

function signed(value) {
  const text = value.toFixed(2).replace("-", "−");
  return value > 0.005 ? `+${text}` : text.replace("−0.00", "0.00");
}

function offerThemes(button) {
  const root = document.documentElement;
  const show = (dark) => {
    root.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
  };
  button.setAttribute("aria-pressed", String(matchMedia("(prefers-color-scheme: dark)").matches));
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
  button.hidden = false;
}

offerThemes(document.querySelector(".theme"));
