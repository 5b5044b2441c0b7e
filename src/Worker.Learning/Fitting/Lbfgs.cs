using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5) for one objective, with
/// inverted control: it names a point, the caller evaluates it (together with those of all other fits, in one pass over
/// the features), and <see cref="Advance"/> takes the answer and names the next point. The line search brackets a step
/// that meets the weak Wolfe conditions (Lewis and Overton 2013); because of convexity and L-BFGS's scale the first
/// try, 1, is nearly always good.
/// </summary>
internal sealed class Lbfgs
{
    private const int History = 10;

    /// <summary>Sufficient decrease, and how much the slope must flatten.</summary>
    private const double Armijo = 1e-4;
    private const double Curvature = 0.9;

    /// <summary>Relative rounding of a value summed in f32; a smaller rise does not count.</summary>
    private const double Noise = 1e-7;
    private const int MaximumTries = 25;

    private readonly double tolerance;
    private readonly int maximumIterations;
    private readonly List<Step> steps = [];
    private readonly float[] gradient;
    private readonly float[] direction;
    private double slope;
    private double length;
    private double shorter;
    private double longer;
    private int tries;

    /// <param name="objective">Its point is where the search starts.</param>
    /// <param name="tolerance">Converged when no component of the gradient is larger than this times the standard
    /// deviation of the answers, so that no standardised feature explains more of the residual.</param>
    /// <param name="maximumIterations">Stops after this many, converged or not.</param>
    public Lbfgs(Objective objective, double tolerance, int maximumIterations)
    {
        Objective = objective;
        this.tolerance = tolerance * Math.Sqrt(objective.PositiveShare * (1 - objective.PositiveShare));
        this.maximumIterations = maximumIterations;
        Point = [.. objective.At];
        gradient = new float[Point.Length];
        direction = new float[Point.Length];
    }

    /// <summary>The point to evaluate is <see cref="Objective.At"/>.</summary>
    public Objective Objective { get; }

    /// <summary>The best point so far; weights on standardised features, then bias.</summary>
    public float[] Point { get; }

    /// <summary>The objective there.</summary>
    public double Value { get; private set; }

    /// <summary>The objective there without its penalty: the mean training loss.</summary>
    public double Loss => Value - Objective.L2 / 2 * Objective.Squares(Point.AsSpan(0, Point.Length - 1));

    /// <summary>Steps taken for the current penalty.</summary>
    public int Iterations { get; private set; }

    /// <summary>Whether the first answer has come.</summary>
    public bool Started { get; private set; }

    /// <summary>Whether nothing more will be asked.</summary>
    public bool Finished { get; private set; }

    /// <summary>False if it finished for another reason than a small gradient.</summary>
    public bool Converged { get; private set; }

    /// <summary>Takes the objective's value and gradient at the point, and names the next point or finishes.</summary>
    public void Advance()
    {
        if (!Started)
        {
            Started = true;
            Value = Objective.Value;
            Objective.Gradient.CopyTo(gradient, 0);
            Turn();
            return;
        }

        tries++;
        var newSlope = (double)TensorPrimitives.Dot<float>(Objective.Gradient, direction);
        var rise = Objective.Value - Value;
        // Written so that a NaN counts as too long a step.
        if (!(rise <= Armijo * length * slope + Noise * Math.Abs(Value)) || double.IsNaN(newSlope))
            Retry(longest: length, rise);
        else if (newSlope < Curvature * slope)
            Retry(longest: null, rise);
        else
            Accept();
    }

    /// <summary>Starts with the curvature that a fit of nearly the same objective has learned.</summary>
    public void LearnFrom(Lbfgs other) => steps.AddRange(other.steps);

    /// <summary>
    /// Goes on from the current point with another penalty. The learned curvature stays, corrected exactly for the
    /// penalty's share in it.
    /// </summary>
    public void ChangePenalty(double l2)
    {
        var change = l2 - Objective.L2;
        Objective.L2 = l2;
        var weights = Point.AsSpan(0, Point.Length - 1);
        Value += change / 2 * Objective.Squares(weights);
        var pulled = gradient.AsSpan(0, weights.Length);
        TensorPrimitives.MultiplyAdd(weights, (float)change, pulled, pulled);
        if (Objective.Centre is { } centre)
            TensorPrimitives.MultiplyAdd(centre.AsSpan(0, weights.Length), (float)-change, pulled, pulled);
        foreach (var step in steps)
        {
            TensorPrimitives.MultiplyAdd(step.S.AsSpan(0, weights.Length), (float)change,
                step.Y.AsSpan(0, weights.Length), step.Y.AsSpan(0, weights.Length));
            step.Measure();
        }
        steps.RemoveAll(step => !step.Curved);
        (Iterations, Finished, Converged) = (0, false, false);
        Turn();
    }

    private void Retry(double? longest, double rise)
    {
        if (tries >= MaximumTries)
        {
            // The f32 sums cannot tell points this close apart, so this is as good as it gets.
            Finished = true;
            return;
        }
        if (longest is { } bound)
        {
            longer = bound;
            // On the first try: the minimum of the parabola through value, slope and new value, but without a wild
            // jump.
            var parabola = -slope * length * length / (2 * (rise - length * slope));
            length = shorter == 0 && double.IsFinite(parabola)
                ? Math.Clamp(parabola, 0.1 * length, 0.5 * length)
                : (shorter + longer) / 2;
        }
        else
        {
            shorter = length;
            length = double.IsInfinity(longer) ? 2 * length : (shorter + longer) / 2;
        }
        Ask();
    }

    private void Accept()
    {
        var step = steps.Count == History ? steps[0] : new Step(Point.Length);
        if (steps.Count == History)
            steps.RemoveAt(0);
        TensorPrimitives.Subtract(Objective.At, Point, step.S);
        TensorPrimitives.Subtract(Objective.Gradient, gradient, step.Y);
        step.Measure();
        if (step.Curved)
            steps.Add(step);
        Value = Objective.Value;
        Objective.At.CopyTo(Point, 0);
        Objective.Gradient.CopyTo(gradient, 0);
        Iterations++;
        Turn();
    }

    /// <summary>Finishes, or takes a new direction and names its first point.</summary>
    private void Turn()
    {
        Converged = Math.Abs(TensorPrimitives.MaxMagnitude<float>(gradient)) <= tolerance;
        if (Converged || Iterations >= maximumIterations)
        {
            Finished = true;
            return;
        }
        SetDirection();
        slope = TensorPrimitives.Dot<float>(gradient, direction);
        if (!(slope < 0))
        {
            // Rounding has spoiled the history; without it the direction is the gradient's.
            steps.Clear();
            SetDirection();
            slope = TensorPrimitives.Dot<float>(gradient, direction);
        }
        if (!(slope < 0))
        {
            Finished = true;
            return;
        }
        length = steps.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(-slope));
        (shorter, longer, tries) = (0, double.PositiveInfinity, 0);
        Ask();
    }

    private void Ask() => TensorPrimitives.MultiplyAdd(direction, (float)length, Point, Objective.At);

    /// <summary>The two-loop recursion: direction = −H·gradient.</summary>
    private void SetDirection()
    {
        TensorPrimitives.Negate<float>(gradient, direction);
        Span<float> alpha = stackalloc float[History];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            alpha[i] = TensorPrimitives.Dot<float>(steps[i].S, direction) / steps[i].Product;
            TensorPrimitives.MultiplyAdd(steps[i].Y, -alpha[i], direction, direction);
        }
        if (steps.Count > 0)
            TensorPrimitives.Multiply(direction, steps[^1].Scale, direction);
        for (var i = 0; i < steps.Count; i++)
        {
            var beta = TensorPrimitives.Dot<float>(steps[i].Y, direction) / steps[i].Product;
            TensorPrimitives.MultiplyAdd(steps[i].S, alpha[i] - beta, direction, direction);
        }
    }

    /// <summary>A step taken and how the gradient changed along it.</summary>
    private sealed class Step(int length)
    {
        public float[] S { get; } = new float[length];

        public float[] Y { get; } = new float[length];

        /// <summary>s·y.</summary>
        public float Product { get; private set; }

        /// <summary>s·y / y·y, the inverse curvature.</summary>
        public float Scale { get; private set; }

        /// <summary>Whether s·y is safely positive, as the update needs it.</summary>
        public bool Curved { get; private set; }

        public void Measure()
        {
            Product = TensorPrimitives.Dot<float>(S, Y);
            var square = TensorPrimitives.SumOfSquares<float>(Y);
            Scale = Product / square;
            Curved = Product > 1e-6f * MathF.Sqrt(square * TensorPrimitives.SumOfSquares<float>(S))
                && float.IsFinite(Scale);
        }
    }
}
