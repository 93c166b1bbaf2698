// Sends the answer on to the application; without script the button does (Form Post Response Mode, appendix A).
document.getElementById('answer').submit();
