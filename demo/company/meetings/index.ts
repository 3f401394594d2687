export { writeCalendars } from './ics.ts';
export type { Meeting, TeamMeeting } from './meeting.ts';
export { planMeetings, teamMeetings } from './plan-meetings.ts';
