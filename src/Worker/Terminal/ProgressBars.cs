using Spectre.Console;

namespace Worker.Terminal;

/// <summary>Progress on standard error: a bar on a terminal, a plain line at every tenth in a pipe.</summary>
internal static class ProgressBars
{
    /// <summary>Runs work that reports the share that is done, from 0 to 1.</summary>
    public static T Run<T>(string title, Func<Action<double>, T> work)
    {
        if (!Console.IsErrorRedirected)
            return OnTerminal(title, work);
        var tenth = -1;
        return work(part =>
        {
            var now = (int)(Math.Clamp(part, 0, 1) * 10);
            if (now <= tenth)
                return;
            tenth = now;
            Console.Error.WriteLine($"{title}: {now * 10}%");
        });
    }

    private static T OnTerminal<T>(string title, Func<Action<double>, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                var result = work(part => bar.Value = part);
                bar.Value = 1;
                return result;
            });
    }
}
