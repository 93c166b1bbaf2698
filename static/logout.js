// Goes on when every application has answered, or after a moment: one that hangs holds up nobody (Front-Channel Logout §3).
let answered = 0;
let onward = null;

function goOn() {
  if (onward) {
    location.replace(onward.href);
    onward = null;
  }
}

function goOnWhenAllHaveAnswered() {
  if (answered >= document.querySelectorAll('iframe').length) {
    goOn();
  }
}

// Loads are announced before the frames are parsed: this script stands in the head and does not wait.
document.addEventListener('load', (event) => {
  if (event.target instanceof HTMLIFrameElement) {
    answered += 1;
    goOnWhenAllHaveAnswered();
  }
}, true);

document.addEventListener('DOMContentLoaded', () => {
  onward = document.getElementById('continue');
  goOnWhenAllHaveAnswered();
  setTimeout(goOn, 3000);
});
