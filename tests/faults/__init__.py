"""What happens when something is killed or goes away: nothing is lost and nothing is done twice."""
